import { type Context, PayoutStatus, type Reply, readStatus, reasons } from "../../src/connector/contract.ts";
import { ordinary, outcomeOfCode, type RefusalFacts } from "./outcomes.ts";
import type { Kind, SandboxObject } from "./sandbox-id.ts";

/** Where an object is, as replies say it. */
export interface Standing {
  readonly payoutStatus: PayoutStatus;
  /** Why a payment that was taken went wrong afterwards. */
  readonly error?: ErrorReply;
}

type ErrorReply = NonNullable<Reply<"get">["error"]>;

/** The sandbox's own statuses, and what each means. */
export const statuses: Readonly<Record<string, PayoutStatus>> = {
  awaiting_recipient: PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA,
  quoted: PayoutStatus.REQUIRES_CONFIRMATION,
  // Create takes the account itself, so once the recipient is registered it is the next call.
  registered: PayoutStatus.REQUIRES_CREATION,
  payable: PayoutStatus.REQUIRES_FULFILLMENT,
  ineligible: PayoutStatus.INELIGIBLE,
  processing: PayoutStatus.PENDING,
  paid: PayoutStatus.SUCCESS,
  failed: PayoutStatus.FAILED,
  returned: PayoutStatus.REVERSED,
  canceled: PayoutStatus.CANCELLED,
};

/** What an object is when it has just been made. A payout is what its outcome says. */
const born: Readonly<Record<Exclude<Kind, "payout">, string>> = {
  link: "awaiting_recipient",
  quote: "quoted",
  recipient: "registered",
  account: "payable",
};

/**
 * Where an object is now. The sandbox remembers nothing, so it believes the core about what calls have done since: that
 * a payout was cancelled, and everything about what is not a payout.
 */
export function standingOf(object: SandboxObject, context: Context<unknown>): Standing {
  const told = context.payout?.status ?? PayoutStatus.PAYOUT_STATUS_UNSPECIFIED;
  if (told === PayoutStatus.CANCELLED) return { payoutStatus: told };
  if (object.kind === "payout") return progressOf(object, context);
  if (told !== PayoutStatus.PAYOUT_STATUS_UNSPECIFIED) return { payoutStatus: told };
  return standingWhenMade(object, context);
}

/** Where an object is when it has just been made, whatever the core knows of others. */
export function standingWhenMade(object: SandboxObject, context: Context<unknown>): Standing {
  if (object.kind === "payout") return progressOf(object, context);
  return { payoutStatus: readStatus(statuses, born[object.kind], context) };
}

/** What a reply says about something that went wrong at the sandbox. */
export function errorInfo(facts: RefusalFacts): ErrorReply {
  return {
    unifiedDetails: {
      code: facts.reason,
      message: facts.message,
      userGuidanceMessage: reasons[facts.reason].advice,
    },
    connectorDetails: { code: facts.code, message: facts.message },
  };
}

function progressOf(object: SandboxObject, context: Context<unknown>): Standing {
  const { first, turn } = outcomeOfCode(object.code).progress ?? ordinary.progress;
  if (turn === undefined || context.now() < object.startedAtMs + turn.afterMs) {
    return { payoutStatus: readStatus(statuses, first, context) };
  }
  const payoutStatus = readStatus(statuses, turn.status, context);
  return turn.because === undefined ? { payoutStatus } : { payoutStatus, error: errorInfo(turn.because) };
}
