import {
  type Context,
  errorInfo,
  PayoutStatus,
  type Reply,
  readStatus,
} from "../../src/connector/contract.ts";
import { ordinary, outcomeOfCode } from "./outcomes.ts";
import type { Kind, SandboxObject } from "./sandbox-id.ts";

/** The status of an object, as replies show it. */
export interface StatusReply {
  readonly payoutStatus: PayoutStatus;
  /** The reason if an accepted payment failed or was returned afterwards. */
  readonly error?: NonNullable<Reply<"get">["error"]>;
}

/** The sandbox's own statuses, and ours for each. */
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

/** The first status of an object. That of a payout depends on its outcome. */
const initialStatuses: Readonly<Record<Exclude<Kind, "payout">, string>> = {
  link: "awaiting_recipient",
  quote: "quoted",
  recipient: "registered",
  account: "payable",
};

/**
 * The current status of an object. The sandbox stores nothing, so it takes from the core's record what later calls did: that
 * a payout was cancelled, and every status of an object that is not a payout.
 */
export function statusOf(object: SandboxObject, context: Context<unknown>): StatusReply {
  const recorded = context.payout?.status ?? PayoutStatus.PAYOUT_STATUS_UNSPECIFIED;
  if (recorded === PayoutStatus.CANCELLED) return { payoutStatus: recorded };
  if (object.kind === "payout") return paymentStatus(object, context);
  if (recorded !== PayoutStatus.PAYOUT_STATUS_UNSPECIFIED) return { payoutStatus: recorded };
  return initialStatus(object, context);
}

/** The status of an object that was just created. */
export function initialStatus(object: SandboxObject, context: Context<unknown>): StatusReply {
  if (object.kind === "payout") return paymentStatus(object, context);
  return { payoutStatus: readStatus(statuses, initialStatuses[object.kind], context) };
}

function paymentStatus(object: SandboxObject, context: Context<unknown>): StatusReply {
  const { first, turn } = outcomeOfCode(object.code).progress ?? ordinary.progress;
  if (turn === undefined || context.now() < object.startedAtMs + turn.afterMs) {
    return { payoutStatus: readStatus(statuses, first, context) };
  }
  const payoutStatus = readStatus(statuses, turn.status, context);
  if (turn.because === undefined) return { payoutStatus };
  const { reason, code, message } = turn.because;
  return { payoutStatus, error: errorInfo(reason, code, message) };
}
