import type { Reason } from "../../src/connector/contract.ts";

/** A no in the words of a provider. */
export interface RefusalFacts {
  readonly reason: Reason;
  /** HTTP status. */
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** How a payment goes that was taken, in the statuses of the connector's table. */
export interface Progress {
  readonly first: string;
  /** What it turns into, so long after it was sent; and why, where it went wrong. */
  readonly turn?: { readonly status: string; readonly afterMs: number; readonly because?: RefusalFacts };
}

/** A call that gets no usable answer. */
export interface Fault {
  readonly message: string;
  /** Set where the sandbox says that it takes no more requests for now, and does nothing. */
  readonly retryAfterMs?: number;
}

/** What a magic value does. Exactly one of the four. */
export interface Outcome {
  /**
   * Four digits: the amount in minor units, the end of an account number (after four zeros), and digits 9 to 12 of a
   * card number that begins with 40000000. Part of ids that callers keep, so a code never changes its meaning.
   */
  readonly code: number;
  /** The payment is taken. */
  readonly progress?: Progress;
  /** Paying is refused; links, quotes and recipients can still be made. */
  readonly refusesPayment?: RefusalFacts;
  /** Every call but Get is refused. */
  readonly refusesCall?: RefusalFacts;
  /** Every call but Get fails when first sent, and goes as an ordinary one when the same attempt is sent again. */
  readonly fails?: Fault;
}

/** What happens to every value that is not in {@link outcomes}. */
export const ordinary: Outcome & { readonly progress: Progress } = { code: 0, progress: { first: "paid" } };

const closed = no("RECIPIENT_ACCOUNT_CLOSED", 402, "account_closed", "The recipient's account is closed.");
const returned = no("PAYMENT_RETURNED", 402, "payout_returned", "The recipient's bank sent the money back.");

/** Every magic value. */
export const outcomes: readonly Outcome[] = [
  { code: 2001, progress: turning("processing", "paid", 10_000) },
  { code: 2002, progress: turning("processing", "paid", 60_000) },
  { code: 2003, progress: turning("paid", "returned", 10_000, returned) },
  { code: 2004, progress: turning("processing", "failed", 10_000, closed) },
  { code: 4001, refusesPayment: no("RECIPIENT_DECLINED", 402, "declined", "The recipient's bank said no.") },
  { code: 4002, refusesPayment: closed },
  { code: 4003, refusesPayment: no("RECIPIENT_ACCOUNT_INVALID", 400, "account_invalid", "No such account.") },
  { code: 4004, refusesPayment: no("INSUFFICIENT_FUNDS", 402, "insufficient_funds", "Balance too low.") },
  { code: 4401, refusesCall: no("PROVIDER_AUTHENTICATION", 401, "invalid_api_key", "Unknown API key.") },
  { code: 4403, refusesCall: no("PROVIDER_PERMISSION", 403, "permission_denied", "The key may not pay.") },
  { code: 4404, refusesCall: no("PROVIDER_NOT_FOUND", 404, "not_found", "There is no such object.") },
  { code: 4409, refusesCall: no("PROVIDER_CONFLICT", 409, "conflict", "Another request is changing it.") },
  { code: 4429, fails: { message: "The sandbox answered 429.", retryAfterMs: 2_000 } },
  { code: 5001, fails: { message: "The sandbox answered 500." } },
  { code: 5002, fails: { message: "The sandbox did not answer in time." } },
  { code: 5003, fails: { message: "The sandbox's answer cannot be read." } },
];

/** The outcome with this code; the ordinary one where no other has it. */
export function outcomeOfCode(code: number): Outcome {
  return byCode.get(code) ?? ordinary;
}

const byCode = new Map(outcomes.map((outcome) => [outcome.code, outcome]));

function no(reason: Reason, status: number, code: string, message: string): RefusalFacts {
  return { reason, status, code, message };
}

function turning(first: string, status: string, afterMs: number, because?: RefusalFacts): Progress {
  return { first, turn: because ? { status, afterMs, because } : { status, afterMs } };
}
