import type { PaymentAttempt, Scope } from "../../../src/core/payout.ts";
import { PayoutEnums_PayoutStatus } from "../../../src/gen/types/payout_pb.ts";
import type { PayoutUpdate } from "../../../src/ledger/ledger.ts";

/** An attempt with what only the store knows of it, and what is told of it as a payment. */
export interface Held extends PaymentAttempt {
  readonly scope: Scope;
  readonly statusBefore: number | undefined;
}

const { FAILED, SUCCESS, REVERSED } = PayoutEnums_PayoutStatus;
const moneyMoved: readonly number[] = [SUCCESS, REVERSED];

/** Whether an operation tries to pay. */
export function isPayment(operation: string): boolean {
  return operation === "create" || operation === "transfer";
}

/** The payments of a payout, oldest first. */
export function paymentsOf(held: ReadonlyMap<string, Held>, payoutId: string): readonly Held[] {
  return [...held.values()]
    .filter(({ attempt }) => attempt.payoutId === payoutId && isPayment(attempt.operation))
    .toSorted(
      (one, other) =>
        one.attempt.startedAtMs - other.attempt.startedAtMs || (one.attempt.id < other.attempt.id ? -1 : 1),
    );
}

/** The id of a payout's last payment. */
export function lastPayment(held: ReadonlyMap<string, Held>, payoutId: string): string | undefined {
  return paymentsOf(held, payoutId).at(-1)?.attempt.id;
}

/** Tells a payment what its payout came to. One that failed is told no more, but that its money moved after all. */
export function tell(
  held: Map<string, Held>,
  attemptId: string | undefined,
  { status = 0, reason: given, connectorPayoutId: id }: PayoutUpdate,
  nowMs: number,
): void {
  const before = held.get(attemptId ?? "");
  if (!before) return;
  const isDoneWith = before.payoutStatus === FAILED && status !== FAILED && !moneyMoved.includes(status);
  if (isDoneWith) return;
  const reason = given ?? (before.payoutStatus === status ? before.reason : undefined);
  const connectorPayoutId = id ?? before.connectorPayoutId;
  held.set(before.attempt.id, {
    ...before,
    payoutStatus: status,
    reason,
    connectorPayoutId,
    updatedAtMs: nowMs,
  });
}
