import type { PayoutEnums_PayoutStatus } from "../gen/types/payout_pb.ts";

// The compiler holds these to the generated enum, which the store's worker thread thus need not load.
const status = {
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
const moneyMoved: readonly number[] = [status.SUCCESS, status.REVERSED];

/** The ends, and what may still follow each. Every other status may be followed by any. */
const afterEnd: Readonly<Record<number, readonly number[]>> = {
  [status.SUCCESS]: [status.REVERSED, status.FAILED],
  [status.FAILED]: moneyMoved,
  [status.CANCELLED]: moneyMoved,
  [status.EXPIRED]: moneyMoved,
  [status.INELIGIBLE]: moneyMoved,
  [status.REVERSED]: [],
};

/**
 * Where a status came from: `news` of what had been sent before, or an attempt that was begun after the payout had
 * failed, which may bring it back to life.
 */
export type StatusSource = "news" | "attemptAfterFailure";

/**
 * Whether a payout may go from one status to another. UNSPECIFIED never overwrites anything. Numbers are those of
 * types.PayoutEnums.PayoutStatus.
 */
export function mayFollow(current: number, next: number, source: StatusSource): boolean {
  if (next === current || next === status.PAYOUT_STATUS_UNSPECIFIED) return false;
  const allowed = afterEnd[current];
  if (!allowed || allowed.includes(next)) return true;
  return source === "attemptAfterFailure" && current === status.FAILED;
}

/** Where an attempt's news comes from, by the payout's status when the attempt was begun. */
export function sourceOf(statusBefore: number | undefined): StatusSource {
  return statusBefore === status.FAILED ? "attemptAfterFailure" : "news";
}
