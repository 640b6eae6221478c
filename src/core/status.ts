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

/** A payout status by its name on the wire. */
export type StatusName = keyof typeof payoutStatus;

/** Where a payout is on its way. */
export type Phase =
  /** The provider said something that this version does not know. */
  | "unknown"
  /** The recipient, or the provider's onboarding, is awaited. */
  | "asking"
  /** Everything is there to pay with. */
  | "ready"
  | "paying"
  | "paid"
  /** Paid, and the money came back. */
  | "returned"
  /** This payment, or this account, did not work. */
  | "failed"
  /** Ended without a payment. */
  | "closed";

/** Where a link stands, as `linkStateAt` says. */
export type LinkState = "ACTIVE" | "CLAIMED" | "COMPLETED" | "RETURNED" | "EXPIRED" | "CANCELLED";

/** A link's state as the store has it. That a payment came back follows from the payout's status. */
export type StoredLinkState = Exclude<LinkState, "RETURNED">;

/** What the recipient's page says, where nothing else decides: see `pageStateOf` of the pages. */
export type StatusPageState =
  | "open"
  | "received"
  | "pending"
  | "paid"
  | "returned"
  | "failed"
  | "expired"
  | "cancelled";

/** What one payout status means, to everything in this server that asks. */
export interface StatusFacts {
  readonly phase: Phase;
  /** What a change to the status makes of the link; a link whose payout has others stays as it is. */
  readonly linkState?: StoredLinkState;
  /** sluice.v1.AttemptState of a payment attempt that led to it. */
  readonly attemptState: "UNKNOWN" | "PENDING" | "SUCCEEDED" | "FAILED" | "REVERSED" | "CANCELLED";
  readonly pageState: StatusPageState;
  /** Whether a payment may begin: none has been begun, or none was possible with this account. */
  readonly mayPay?: true;
  /** Set for an end: what may still follow when the provider corrects itself. Anything may follow a status without it. */
  readonly corrections?: readonly StatusName[];
  /** Whether an operation that is begun after this end may bring the payout back to life. */
  readonly isRevivable?: true;
}

// When the provider says that money moved after all, the truth wins over the end that was written down.
const moneyMoved = ["SUCCESS", "REVERSED"] as const satisfies StatusName[];

/** One row for each status: sets of statuses, in code and in SQL, are derived from it. */
export const statuses: Readonly<Record<StatusName, StatusFacts>> = {
  PAYOUT_STATUS_UNSPECIFIED: {
    phase: "unknown",
    attemptState: "UNKNOWN",
    pageState: "pending",
    mayPay: true,
  },
  REQUIRES_CREATION: { phase: "asking", attemptState: "PENDING", pageState: "open", mayPay: true },
  REQUIRES_VENDOR_ACCOUNT_CREATION: {
    phase: "asking",
    attemptState: "PENDING",
    pageState: "open",
    mayPay: true,
  },
  REQUIRES_PAYOUT_METHOD_DATA: { phase: "asking", attemptState: "PENDING", pageState: "open", mayPay: true },
  REQUIRES_CONFIRMATION: { phase: "asking", attemptState: "PENDING", pageState: "open", mayPay: true },
  REQUIRES_FULFILLMENT: {
    phase: "ready",
    linkState: "CLAIMED",
    attemptState: "PENDING",
    pageState: "received",
    mayPay: true,
  },
  INITIATED: { phase: "paying", linkState: "CLAIMED", attemptState: "PENDING", pageState: "pending" },
  PENDING: { phase: "paying", linkState: "CLAIMED", attemptState: "PENDING", pageState: "pending" },
  SUCCESS: {
    phase: "paid",
    linkState: "COMPLETED",
    attemptState: "SUCCEEDED",
    pageState: "paid",
    corrections: ["REVERSED", "FAILED"],
  },
  REVERSED: {
    phase: "returned",
    linkState: "COMPLETED",
    attemptState: "REVERSED",
    pageState: "returned",
    corrections: [],
  },
  FAILED: {
    phase: "failed",
    attemptState: "FAILED",
    pageState: "failed",
    corrections: moneyMoved,
    isRevivable: true,
  },
  INELIGIBLE: {
    phase: "failed",
    attemptState: "FAILED",
    pageState: "failed",
    mayPay: true,
    corrections: moneyMoved,
    isRevivable: true,
  },
  NOT_PERMITTED: { phase: "failed", attemptState: "FAILED", pageState: "failed" },
  CANCELLED: {
    phase: "closed",
    linkState: "CANCELLED",
    attemptState: "CANCELLED",
    pageState: "cancelled",
    corrections: moneyMoved,
  },
  EXPIRED: {
    phase: "closed",
    linkState: "EXPIRED",
    attemptState: "FAILED",
    pageState: "expired",
    corrections: moneyMoved,
  },
};

const names = new Map<number, StatusName>(
  Object.entries(payoutStatus).map(([name, number]) => [number, name as StatusName]),
);

/** The status' name on the wire; its number where this version does not know it. */
export function statusName(status: number): string {
  return names.get(status) ?? String(status);
}

/** What a status means. One that this version does not know means as little as UNSPECIFIED. */
export function statusFacts(status: number): StatusFacts {
  return statuses[names.get(status) ?? "PAYOUT_STATUS_UNSPECIFIED"];
}

/** The numbers of all statuses of which something holds, for a set or a list in SQL. */
export function statusesWhere(holds: (facts: StatusFacts) => boolean): readonly number[] {
  return [...names].filter(([, name]) => holds(statuses[name])).map(([number]) => number);
}

/**
 * Where a status came from: `update` of what had been sent before; an attempt that was begun after the payout had failed, which
 * may bring it back to life; or a new claim round, in which the recipient is asked again after a payment failed.
 */
export type StatusSource = "update" | "attemptAfterFailure" | "newClaimRound";

/**
 * Whether a payout may go from one status to another. UNSPECIFIED never overwrites anything. Numbers are those of
 * types.PayoutEnums.PayoutStatus.
 *
 * @example mayFollow(payoutStatus.EXPIRED, payoutStatus.SUCCESS, "update") // true: the provider paid all the same
 */
export function mayFollow(current: number, next: number, source: StatusSource): boolean {
  if (next === current || next === payoutStatus.PAYOUT_STATUS_UNSPECIFIED) return false;
  const { corrections, isRevivable } = statusFacts(current);
  if (!corrections || corrections.some((name) => payoutStatus[name] === next)) return true;
  if (source === "attemptAfterFailure") return isRevivable === true;
  const isAskedAgain = current === payoutStatus.FAILED && next === payoutStatus.REQUIRES_PAYOUT_METHOD_DATA;
  return source === "newClaimRound" && isAskedAgain;
}

/** Where an attempt's outcome comes from, by the payout's status when the attempt was begun. */
export function sourceOf(statusBefore: number | undefined): StatusSource {
  const isRevived = statusBefore !== undefined && statusFacts(statusBefore).isRevivable;
  return isRevived ? "attemptAfterFailure" : "update";
}

/** Whether a status says that money has moved: to the recipient, and perhaps back. */
export function hasMovedMoney({ phase }: StatusFacts): boolean {
  return phase === "paid" || phase === "returned";
}

/** Whether a status says that the payout has ended without a payment. */
export function endsUnpaid(status: number): boolean {
  const facts = statusFacts(status);
  return facts.corrections !== undefined && !hasMovedMoney(facts);
}
