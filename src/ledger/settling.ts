import { randomUUIDv7 } from "node:crypto";
import type { Attempt, Lease, Outcome, Payout, PayoutChange } from "./ledger.ts";
import { changed } from "./payout-change.ts";
import { number, optional, readAttempt, readPayout, text } from "./rows.ts";
import { sql } from "./sql.ts";
import { type StatusSource, sourceOf } from "./status.ts";
import { ask, type Unit } from "./unit.ts";

/** {@link Ledger.settle}. */
export function* settle(
  attemptId: string,
  outcome: Outcome,
  tries: number | undefined,
  nowMs: number,
): Unit<Attempt> {
  const reply = outcome.state === "DONE" ? outcome.reply : null;
  const [row] = yield* ask(sql.settleAttempt, attemptId, outcome.state, reply, nowMs, tries ?? null);
  if (!row) return yield* attemptById(attemptId);
  const attempt = readAttempt(row);
  if (outcome.change && attempt.payoutId !== undefined) {
    const source = sourceOf(optional(row, "payout_status_before", number));
    yield* changePayout(attempt.payoutId, outcome.change, source, nowMs);
  }
  return attempt;
}

/** {@link Ledger.observe}. */
export function* observe(payoutId: string, change: PayoutChange, nowMs: number): Unit<Payout> {
  return yield* changePayout(payoutId, change, "news", nowMs);
}

/** {@link Ledger.release}. */
export function* release(attemptId: string): Unit<boolean> {
  const [row] = yield* ask(sql.deleteFirstTry, attemptId);
  if (!row) return false;
  const payoutId = optional(row, "payout_id", text);
  if (payoutId !== undefined) yield* ask(sql.deleteUntouchedPayout, payoutId);
  return true;
}

/** {@link Ledger.takeOver}. */
export function* takeOver(attemptId: string, lease: Lease, nowMs: number): Unit<Attempt | undefined> {
  const [row] = yield* ask(sql.takeOver, attemptId, lease.owner, lease.untilMs, nowMs);
  return row && readAttempt(row);
}

/** {@link Ledger.renew}. */
export function* renew(lease: Lease): Unit<void> {
  yield* ask(sql.renew, lease.owner, lease.untilMs);
}

/** Writes down that a payout's status, `from` until now, has become what it is. */
export function* writeEvent(payout: Payout, from: number, nowMs: number): Unit<void> {
  yield* ask(sql.insertEvent, randomUUIDv7(), payout.id, payout.version, from, payout.status, nowMs);
}

function* attemptById(attemptId: string): Unit<Attempt> {
  const [row] = yield* ask(sql.attemptById, attemptId);
  if (!row) throw new Error(`There is no attempt ${attemptId}: it was never opened, or it was released.`);
  return readAttempt(row);
}

/** Changes a payout, and writes an event where that changed its status. Returns the payout as it then stands. */
export function* changePayout(
  payoutId: string,
  change: PayoutChange,
  source: StatusSource,
  nowMs: number,
): Unit<Payout> {
  const [row] = yield* ask(sql.lockPayout, payoutId);
  if (!row) throw new Error(`There is no payout ${payoutId}.`);
  const before = readPayout(row);
  const after = changed(before, change, source, nowMs);
  if (!after) return before;
  yield* ask(
    sql.changePayout,
    payoutId,
    after.status,
    after.connectorPayoutId ?? null,
    after.link?.state ?? null,
    nowMs,
    after.version,
  );
  if (after.status !== before.status) yield* writeEvent(after, before.status, nowMs);
  return after;
}
