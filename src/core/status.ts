import type { PayoutEnums_PayoutStatus } from "../gen/types/payout_pb.ts";

/** types.PayoutEnums.PayoutStatus by name. The compiler holds it to the generated enum, which the store's thread need not load. */
export const payoutStatus = {
  PAYOUT_STATUS_UNSPECIFIED: 0,
  SUCCESS: 1,
  FAILED: 2,
  CANCELLED: 3,
  INITIATED: 4,
  EXPIRED: 5,
  REVERSED: 6,
  PENDING: 7,
  INELIGIBLE: 8,
  REQUIRES_CREATION: 9,
  REQUIRES_CONFIRMATION: 10,
  REQUIRES_PAYOUT_METHOD_DATA: 11,
  REQUIRES_FULFILLMENT: 12,
  REQUIRES_VENDOR_ACCOUNT_CREATION: 13,
  NOT_PERMITTED: 14,
} as const satisfies typeof PayoutEnums_PayoutStatus;

// When the provider says that money moved after all, the truth wins over the end that we had written down.
const moneyMoved: readonly number[] = [payoutStatus.SUCCESS, payoutStatus.REVERSED];

/** The ends, and what may still follow each. Every other status may be followed by any. */
const afterEnd: Readonly<Record<number, readonly number[]>> = {
  [payoutStatus.SUCCESS]: [payoutStatus.REVERSED, payoutStatus.FAILED],
  [payoutStatus.FAILED]: moneyMoved,
  [payoutStatus.CANCELLED]: moneyMoved,
  [payoutStatus.EXPIRED]: moneyMoved,
  [payoutStatus.INELIGIBLE]: moneyMoved,
  [payoutStatus.REVERSED]: [],
};

/** Ends after which an operation may be begun all the same: a payment failed, or this account could not be paid. */
const revivable: readonly number[] = [payoutStatus.FAILED, payoutStatus.INELIGIBLE];

/** Ends that no payment would be expected after. */
const unpaidEnds: readonly number[] = [...revivable, payoutStatus.CANCELLED, payoutStatus.EXPIRED];

/**
 * Where a status came from: `news` of what had been sent before; an attempt that was begun after the payout had failed, which
 * may bring it back to life; or a recipient who is asked anew after a payment failed.
 */
export type StatusSource = "news" | "attemptAfterFailure" | "reentry";

const askedAnew = payoutStatus.REQUIRES_PAYOUT_METHOD_DATA;

/**
 * Whether a payout may go from one status to another. UNSPECIFIED never overwrites anything. Numbers are those of
 * types.PayoutEnums.PayoutStatus.
 */
export function mayFollow(current: number, next: number, source: StatusSource): boolean {
  if (next === current || next === payoutStatus.PAYOUT_STATUS_UNSPECIFIED) return false;
  const allowed = afterEnd[current];
  if (!allowed || allowed.includes(next)) return true;
  if (source === "attemptAfterFailure") return revivable.includes(current);
  return current === payoutStatus.FAILED && source === "reentry" && next === askedAnew;
}

/** Where an attempt's news comes from, by the payout's status when the attempt was begun. */
export function sourceOf(statusBefore: number | undefined): StatusSource {
  return statusBefore !== undefined && revivable.includes(statusBefore) ? "attemptAfterFailure" : "news";
}

/** Whether a status says that the payout has ended and nobody was paid. */
export function endsUnpaid(status: number): boolean {
  return unpaidEnds.includes(status);
}
