import { operationFacts } from "../../core/operations.ts";
import type { Attempt, Lease, Payout } from "../../core/payout.ts";
import { endsUnpaid, sourceOf } from "../../core/status.ts";
import type { Outcome, PayoutUpdate } from "../ledger.ts";
import { number, optional, readAttempt, readPayout, text } from "../sql/rows.ts";
import { sql } from "../sql/sql.ts";
import { commitWith, fetchBatch, fetchRows, query, type Transaction } from "./transaction.ts";
import { changePayout, paymentEffectOf } from "./update-payout.ts";

/** {@link AttemptStore.complete}. */
export function* complete(
  attemptId: string,
  outcome: Outcome,
  tries: number | undefined,
  nowMs: number,
): Transaction<Attempt> {
  const reply = outcome.state === "DONE" ? outcome.reply : null;
  const [[row], [current]] = yield* fetchBatch([
    query(sql.completeAttempt, attemptId, outcome.state, reply, nowMs, tries ?? null),
    query(sql.lockPayoutOfAttempt, attemptId),
  ]);
  if (!row) return yield* attemptById(attemptId);
  const attempt = readAttempt(row);
  if (!current) return attempt;
  const source = sourceOf(optional(row, "payout_status_before", number));
  const effect = paymentEffectOf(attempt, outcome);
  const { queries, payment } = changePayout(readPayout(current), outcome.change ?? {}, source, nowMs, effect);
  yield* commitWith([...queries, ...payment]);
  return attempt;
}

/**
 * {@link PayoutStore.applyUpdate}. What was seen has changed, too, where a payment has been begun since: until that has ended, nothing
 * that is heard says that nobody was paid, and the credentials stay to find out by.
 */
export function* applyUpdate(
  payoutId: string,
  change: PayoutUpdate,
  seenVersion: number | undefined,
  nowMs: number,
): Transaction<Payout> {
  const [row] = yield* fetchRows(sql.lockPayout, payoutId);
  if (!row) throw new Error(`There is no payout ${payoutId}.`);
  const current = readPayout(row);
  if (seenVersion !== undefined) {
    if (seenVersion !== current.version) return current;
    const wouldEnd = endsUnpaid(change.status ?? 0) || change.linkState === "EXPIRED";
    if (wouldEnd && (yield* isBeingPaid(payoutId))) return current;
  }
  const { payout, queries, payment } = changePayout(current, change, "update", nowMs, "update");
  yield* commitWith([...queries, ...payment]);
  return payout;
}

function* isBeingPaid(payoutId: string): Transaction<boolean> {
  const [openAttempt] = yield* fetchRows(sql.openAttempt, payoutId);
  return openAttempt !== undefined && operationFacts(text(openAttempt, "operation")).sendsDetails === true;
}

/** {@link AttemptStore.release}. */
export function* release(attemptId: string): Transaction<boolean> {
  const [row] = yield* fetchRows(sql.deleteFirstSend, attemptId);
  if (!row) return false;
  yield* commitWith([query(sql.deleteUntouchedPayout, optional(row, "payout_id", text) ?? null)]);
  return true;
}

/** {@link AttemptStore.takeOver}. */
export function* takeOver(
  attemptId: string,
  lease: Lease,
  methodKind: number | undefined,
  nowMs: number,
): Transaction<Attempt | undefined> {
  const params = [attemptId, lease.owner, lease.untilMs, nowMs, methodKind ?? null] as const;
  const [[row]] = yield* commitWith([query(sql.takeOver, ...params)]);
  return row && readAttempt(row);
}

/** {@link AttemptStore.renew}. */
export function* renew(lease: Lease): Transaction<void> {
  yield* commitWith([query(sql.renew, lease.owner, lease.untilMs)]);
}

function* attemptById(attemptId: string): Transaction<Attempt> {
  const [row] = yield* fetchRows(sql.attemptById, attemptId);
  if (!row) throw new Error(`There is no attempt ${attemptId}: it was never opened, or it was released.`);
  return readAttempt(row);
}
