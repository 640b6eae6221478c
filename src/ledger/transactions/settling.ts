import type { Attempt, Lease, Payout } from "../../core/payout.ts";
import { endsUnpaid, sourceOf } from "../../core/status.ts";
import type { Outcome, PayoutUpdate } from "../ledger.ts";
import { number, optional, readAttempt, readPayout, text } from "../sql/rows.ts";
import { sql } from "../sql/sql.ts";
import { tellingOf } from "./payment-news.ts";
import { changePayout } from "./payout-writes.ts";
import { ask, askAll, askLast, query, type Unit } from "./unit.ts";

/** {@link Ledger.complete}. */
export function* complete(
  attemptId: string,
  outcome: Outcome,
  tries: number | undefined,
  nowMs: number,
): Unit<Attempt> {
  const reply = outcome.state === "DONE" ? outcome.reply : null;
  const [[row], [standing]] = yield* askAll([
    query(sql.settleAttempt, attemptId, outcome.state, reply, nowMs, tries ?? null),
    query(sql.lockPayoutOfAttempt, attemptId),
  ]);
  if (!row) return yield* attemptById(attemptId);
  const attempt = readAttempt(row);
  if (!standing) return attempt;
  const source = sourceOf(optional(row, "payout_status_before", number));
  const telling = tellingOf(attempt, outcome);
  const { queries, payment } = changePayout(
    readPayout(standing),
    outcome.change ?? {},
    source,
    nowMs,
    telling,
  );
  yield* askLast([...queries, ...payment]);
  return attempt;
}

/**
 * {@link Ledger.applyUpdate}. What was seen has changed, too, where a payment has been begun since: until that has ended, nothing
 * that is heard says that nobody was paid, and the credentials stay to find out by.
 */
export function* applyUpdate(
  payoutId: string,
  change: PayoutUpdate,
  seenVersion: number | undefined,
  nowMs: number,
): Unit<Payout> {
  const [row] = yield* ask(sql.lockPayout, payoutId);
  if (!row) throw new Error(`There is no payout ${payoutId}.`);
  const standing = readPayout(row);
  if (seenVersion !== undefined) {
    if (seenVersion !== standing.version) return standing;
    const wouldEnd = endsUnpaid(change.status ?? 0) || change.linkState === "EXPIRED";
    if (wouldEnd && (yield* isBeingPaid(payoutId))) return standing;
  }
  const { payout, queries, payment } = changePayout(standing, change, "news", nowMs, "news");
  yield* askLast([...queries, ...payment]);
  return payout;
}

/** What a payment takes. Once begun, it says itself how the payout ends. */
const towardsPayment: ReadonlySet<string> = new Set(["create", "transfer", "enrollDisburseAccount"]);

function* isBeingPaid(payoutId: string): Unit<boolean> {
  const [unsettled] = yield* ask(sql.unsettledAttempt, payoutId);
  return unsettled !== undefined && towardsPayment.has(text(unsettled, "operation"));
}

/** {@link Ledger.release}. */
export function* release(attemptId: string): Unit<boolean> {
  const [row] = yield* ask(sql.deleteFirstTry, attemptId);
  if (!row) return false;
  yield* askLast([query(sql.deleteUntouchedPayout, optional(row, "payout_id", text) ?? null)]);
  return true;
}

/** {@link Ledger.takeOver}. */
export function* takeOver(
  attemptId: string,
  lease: Lease,
  methodKind: number | undefined,
  nowMs: number,
): Unit<Attempt | undefined> {
  const params = [attemptId, lease.owner, lease.untilMs, nowMs, methodKind ?? null] as const;
  const [[row]] = yield* askLast([query(sql.takeOver, ...params)]);
  return row && readAttempt(row);
}

/** {@link Ledger.renew}. */
export function* renew(lease: Lease): Unit<void> {
  yield* askLast([query(sql.renew, lease.owner, lease.untilMs)]);
}

function* attemptById(attemptId: string): Unit<Attempt> {
  const [row] = yield* ask(sql.attemptById, attemptId);
  if (!row) throw new Error(`There is no attempt ${attemptId}: it was never opened, or it was released.`);
  return readAttempt(row);
}
