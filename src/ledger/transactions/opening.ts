import { linkEndAt } from "../../core/link-state.ts";
import type { Payout } from "../../core/payout.ts";
import type { Intent, Opened, Outcome } from "../ledger.ts";
import { readAttempt, readPayout } from "../sql/rows.ts";
import { sql } from "../sql/sql.ts";
import { entryNew, entryOn, rememberKey } from "./entry.ts";
import { attemptQuery, payoutById, readFound } from "./finding.ts";
import { askAll, askLast, type Query, query, type Unit } from "./unit.ts";

/** {@link Ledger.open}. */
export function open(intent: Intent, nowMs: number): Unit<Opened> {
  return enter(intent, undefined, nowMs);
}

/** {@link Ledger.record}. A new payout is written in the state that the outcome brings, with one event. */
export function record(intent: Intent, outcome: Outcome, nowMs: number): Unit<Opened> {
  return enter(intent, outcome, nowMs);
}

/** {@link open} of what nobody has seen before. Fails where identity, key or merchant_payout_id are taken. */
export function openNew(intent: Intent, nowMs: number): Unit<Opened> | undefined {
  return isOnExisting(intent) ? undefined : enterNew(intent, undefined, nowMs);
}

/** {@link record} of what nobody has seen before. Fails where identity, key or merchant_payout_id are taken. */
export function recordNew(intent: Intent, outcome: Outcome, nowMs: number): Unit<Opened> | undefined {
  return isOnExisting(intent) ? undefined : enterNew(intent, outcome, nowMs);
}

function isOnExisting({ payout }: Intent): boolean {
  return payout !== undefined && "id" in payout;
}

function* enterNew(intent: Intent, outcome: Outcome | undefined, nowMs: number): Unit<Opened> {
  const { result, queries } = entryNew(intent, outcome, nowMs);
  yield* askLast(queries);
  return result;
}

// Whoever comes between the look and the writing makes the writing fail, and the engine begins anew.
function* enter(intent: Intent, outcome: Outcome | undefined, nowMs: number): Unit<Opened> {
  // The lock comes first: only what is read after it has been waited for holds until the commit.
  const [standing, found, unsettled] = yield* askAll([
    standingPayout(intent),
    attemptQuery({ ...intent, idempotencyKey: intent.idempotencyKey?.key }, nowMs),
    unsettledAttempt(intent),
  ]);
  const earlier = readFound(found);
  if (earlier) {
    const { attempt, via } = earlier;
    const payout =
      attempt.payoutId === undefined ? undefined : yield* payoutById(intent.scope, attempt.payoutId);
    if (via === "dedupeKey") yield* askLast(rememberKey(intent, attempt.id, nowMs));
    return { kind: "existing", via, attempt, payout };
  }
  const { payout } = intent;
  const existing = standing[0] && readPayout(standing[0]);
  if (!payout || "create" in payout)
    return existing ? { kind: "changed" } : yield* enterNew(intent, outcome, nowMs);
  if (existing?.version !== payout.version) return { kind: "changed" };
  if (intent.beforeLinkEnds && hasRunOut(existing, nowMs)) return { kind: "changed" };
  if (unsettled[0]) return { kind: "busy", attempt: readAttempt(unsettled[0]) };
  const { result, queries } = entryOn(existing, intent, outcome, nowMs);
  yield* askLast(queries);
  return result;
}

function hasRunOut(payout: Payout, nowMs: number): boolean {
  return !payout.link || linkEndAt(payout, nowMs) !== undefined;
}

/** The payout that stands in the way of a new one, or the one that the attempt is to belong to, which it locks. */
function standingPayout({ scope, payout }: Intent): Query {
  const { tenantId, merchantId } = scope;
  return payout && "id" in payout
    ? query(sql.lockPayoutInScope, tenantId, merchantId, payout.id)
    : query(sql.payoutByMerchantPayoutId, tenantId, merchantId, payout?.create.merchantPayoutId ?? null);
}

function unsettledAttempt({ payout }: Intent): Query {
  return query(sql.unsettledAttempt, payout && "id" in payout ? payout.id : null);
}
