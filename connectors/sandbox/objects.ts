import {
  type Context,
  errorInfo,
  PayoutStatus,
  Refusal,
  type Reply,
  readStatus,
} from "../../src/connector/contract.ts";
import { ordinary, outcomeOfCode } from "./outcomes.ts";

/** The whole record of an object. The sandbox stores nothing, so all of it is in the id. */
export interface SandboxObject {
  readonly kind: Kind;
  /** Of the outcome chosen when it was created; 0 for the ordinary one. */
  readonly code: number;
  /** When it was made, in milliseconds since 1970. */
  readonly startedAtMs: number;
}

/** The kind of an object. */
export type Kind = (typeof kinds)[number];

/** Every kind of object. */
export const kinds = ["link", "payout", "quote", "recipient", "account"] as const;

const TIME_DIGITS = 8;
const KEY_DIGITS = 16;
const shape = /^sbx_([a-z]+)_(\d{4})_([0-9a-z]{8})[0-9a-f]{16}[0-9a-z]{2}$/;

/** The id of an object: `sbx_<kind>_<code>_<time><key><check>`. The same attempt always gets the same one. */
export function writeId(object: SandboxObject, idempotencyKey: string): string {
  const time = object.startedAtMs.toString(36).padStart(TIME_DIGITS, "0");
  const code = object.code.toString().padStart(4, "0");
  const id = `sbx_${object.kind}_${code}_${time}${idempotencyKey.slice(0, KEY_DIGITS)}`;
  return id + check(id);
}

/**
 * Reads an id again.
 *
 * @throws Refusal PROVIDER_NOT_FOUND if the sandbox did not write it, or it stands for none of `allowed`.
 */
export function readId(id: string, allowed: readonly Kind[]): SandboxObject {
  const [, kind, code, time] = shape.exec(id) ?? [];
  const known = allowed.find((name) => name === kind);
  if (
    known === undefined ||
    code === undefined ||
    time === undefined ||
    check(id.slice(0, -2)) !== id.slice(-2)
  ) {
    throw new Refusal({
      reason: "PROVIDER_NOT_FOUND",
      status: 404,
      code: "not_found",
      message: `The sandbox has no ${allowed.join(" or ")} with this id.`,
    });
  }
  return { kind: known, code: Number(code), startedAtMs: Number.parseInt(time, 36) };
}

/** Two digits that a mistyped id gets wrong. */
function check(text: string): string {
  let sum = 0;
  for (const character of text) sum = (sum * 37 + (character.codePointAt(0) ?? 0)) % 1291;
  return sum.toString(36).padStart(2, "0");
}

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
