import { type Context, Failure, missingField, PayoutStatus, Refusal } from "../../src/connector/contract.ts";
import { type Kind, readId, type SandboxObject, statusOf } from "./objects.ts";
import type { Choice, Outcome } from "./outcomes.ts";

/**
 * Fails or refuses the calls that an outcome lets fail. A failure happens once: the same attempt, sent again, is answered, as
 * by a provider that honours idempotency keys.
 */
export function requireReply(
  outcome: Outcome,
  context: Context<unknown>,
  effect: "change" | "read" = "change",
): void {
  if (outcome.refusesCall) throw new Refusal(outcome.refusesCall);
  if (!outcome.fails || context.attempt > 1) return;
  const { message, retryAfterMs } = outcome.fails;
  if (retryAfterMs !== undefined) throw new Failure("PROVIDER_RATE_LIMITED", message, { retryAfterMs });
  if (effect === "read") throw new Failure("PROVIDER_UNAVAILABLE", message);
  throw new Failure(
    "OUTCOME_UNKNOWN",
    `${message} Whether the request had an effect is unknown. Repeat the call with the same merchant_payout_id or idempotency-key to find out.`,
  );
}

/** @throws Failure MISSING_REQUIRED_FIELD if the request names no account, card or wallet. */
export function requireMethod(request: Choice): void {
  if (hasMethod(request)) return;
  throw missingField("payout_method_data", "Write an account, a card or a wallet.");
}

/**
 * Whether a payment has somewhere to go, and its link or failed payout is still open.
 *
 * @throws Failure MISSING_REQUIRED_FIELD, RECIPIENT_NOT_READY, PAYOUT_STATE; Refusal PROVIDER_NOT_FOUND.
 */
export function requirePayable(request: Choice, context: Context<unknown>): void {
  if (!request.connectorPayoutId) {
    requireMethod(request);
    return;
  }
  const object = readId(request.connectorPayoutId, ["link", "payout", "recipient", "account"]);
  const allowed = payable[object.kind];
  if (allowed === undefined) return;
  const { payoutStatus } = statusOf(object, context);
  if (!allowed.includes(payoutStatus)) throw closed(object);
  if (!hasMethod(request) && !readyWithoutMethod.includes(payoutStatus)) throw notReady();
}

/**
 * Whether an object can still be cancelled, or is already.
 *
 * @throws Refusal NOT_CANCELABLE
 */
export function requireCancelable(object: SandboxObject, context: Context<unknown>): void {
  const { payoutStatus } = statusOf(object, context);
  if (cancelable[object.kind]?.includes(payoutStatus)) return;
  // A link whose payment failed is still a link that can be cancelled.
  if (payoutStatus === PayoutStatus.FAILED && context.payout?.linkExpiresAtMs !== undefined) return;
  throw new Refusal({
    reason: "NOT_CANCELABLE",
    status: 409,
    code: "not_cancelable",
    message: `This ${object.kind} can no longer be canceled.`,
  });
}

/** The statuses in which an object can be paid. Recipients and accounts always can. */
const payable: Partial<Record<Kind, readonly PayoutStatus[]>> = {
  link: [
    PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA,
    PayoutStatus.REQUIRES_FULFILLMENT,
    PayoutStatus.PENDING,
    PayoutStatus.FAILED,
  ],
  payout: [PayoutStatus.FAILED],
};

const readyWithoutMethod: readonly PayoutStatus[] = [PayoutStatus.REQUIRES_FULFILLMENT, PayoutStatus.PENDING];

/** The statuses in which an object can be cancelled. */
const cancelable: Partial<Record<Kind, readonly PayoutStatus[]>> = {
  link: [
    PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA,
    PayoutStatus.REQUIRES_FULFILLMENT,
    PayoutStatus.FAILED,
    PayoutStatus.CANCELLED,
  ],
  quote: [PayoutStatus.REQUIRES_CONFIRMATION, PayoutStatus.CANCELLED],
  payout: [PayoutStatus.PENDING, PayoutStatus.CANCELLED],
};

function hasMethod(request: Choice): boolean {
  return request.payoutMethodData?.payoutMethodData.case !== undefined || !!request.connectorPayoutMethodId;
}

// Both are mistakes of the caller and not final: as refusals they would turn a waiting link into a failed one.

function closed(object: SandboxObject): Failure {
  return new Failure(
    "PAYOUT_STATE",
    `This ${object.kind} has been paid or cancelled, or has run out: nothing was paid.`,
  );
}

function notReady(): Failure {
  return new Failure(
    "RECIPIENT_NOT_READY",
    "The recipient has not said where the money should go: wait for them, or write payout_method_data.",
  );
}
