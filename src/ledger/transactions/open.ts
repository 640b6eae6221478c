import { linkEndAt } from "../../core/link-state.ts";
import type { Attempt, Existing, Payout } from "../../core/payout.ts";
import { sourceOf } from "../../core/status.ts";
import type { Intent, Opened, Outcome } from "../ledger.ts";
import { readAttempt, readPayout, storedFieldHashes } from "../sql/rows.ts";
import { sql } from "../sql/sql.ts";
import { attemptQuery, payoutById, readFound } from "./find.ts";
import { commitWith, fetchBatch, type Query, query, type Transaction } from "./transaction.ts";
import { changePayout, insertPayout, paymentEffectOf } from "./update-payout.ts";

/** {@link AttemptStore.open}. */
export function open(intent: Intent, nowMs: number): Transaction<Opened> {
  return openAttempt(intent, undefined, nowMs);
}

/** {@link AttemptStore.record}. A new payout is written in the state that the outcome brings, with one event. */
export function record(intent: Intent, outcome: Outcome, nowMs: number): Transaction<Opened> {
  return openAttempt(intent, outcome, nowMs);
}

/** {@link open} of an attempt that is new. Fails where its dedupe key, key or merchant_payout_id are taken. */
export function openNew(intent: Intent, nowMs: number): Transaction<Opened> | undefined {
  return isOnExisting(intent) ? undefined : openNewAttempt(intent, undefined, nowMs);
}

/** {@link record} of an attempt that is new. Fails where its dedupe key, key or merchant_payout_id are taken. */
export function recordNew(intent: Intent, outcome: Outcome, nowMs: number): Transaction<Opened> | undefined {
  return isOnExisting(intent) ? undefined : openNewAttempt(intent, outcome, nowMs);
}

function isOnExisting({ payout }: Intent): boolean {
  return payout !== undefined && "id" in payout;
}

function* openNewAttempt(intent: Intent, outcome: Outcome | undefined, nowMs: number): Transaction<Opened> {
  const { result, queries } = newOpening(intent, outcome, nowMs);
  yield* commitWith(queries);
  return result;
}

// Whoever comes between the look and the writing makes the writing fail, and the engine begins anew.
function* openAttempt(intent: Intent, outcome: Outcome | undefined, nowMs: number): Transaction<Opened> {
  // The lock comes first: only what is read after it has been waited for holds until the commit.
  const [current, found, openAttempt] = yield* fetchBatch([
    currentPayout(intent),
    attemptQuery({ ...intent, idempotencyKey: intent.idempotencyKey?.key }, nowMs),
    openAttemptOf(intent),
  ]);
  const earlier = readFound(found);
  if (earlier) {
    const { attempt, via } = earlier;
    const payout =
      attempt.payoutId === undefined ? undefined : yield* payoutById(intent.scope, attempt.payoutId);
    if (via === "dedupeKey") yield* commitWith(rememberKey(intent, attempt.id, nowMs));
    return { kind: "existing", via, attempt, payout };
  }
  const { payout } = intent;
  const existing = current[0] && readPayout(current[0]);
  if (!payout || "create" in payout)
    return existing ? { kind: "changed" } : yield* openNewAttempt(intent, outcome, nowMs);
  if (existing?.version !== payout.version) return { kind: "changed" };
  if (intent.beforeLinkEnds && hasRunOut(existing, nowMs)) return { kind: "changed" };
  if (openAttempt[0]) return { kind: "busy", attempt: readAttempt(openAttempt[0]) };
  const { result, queries } = openingOn(existing, intent, outcome, nowMs);
  yield* commitWith(queries);
  return result;
}

function hasRunOut(payout: Payout, nowMs: number): boolean {
  return !payout.link || linkEndAt(payout, nowMs) !== undefined;
}

/** The payout that stands in the way of a new one, or the one that the attempt is to belong to, which it locks. */
function currentPayout({ scope, payout }: Intent): Query {
  const { tenantId, merchantId } = scope;
  return payout && "id" in payout
    ? query(sql.lockPayoutInScope, tenantId, merchantId, payout.id)
    : query(sql.payoutByMerchantPayoutId, tenantId, merchantId, payout?.create.merchantPayoutId ?? null);
}

function openAttemptOf({ payout }: Intent): Query {
  return query(sql.openAttempt, payout && "id" in payout ? payout.id : null);
}

/** What opening an attempt writes, and what it answers once that is written. */
interface Opening {
  readonly result: { readonly kind: "opened" } & Existing;
  readonly queries: readonly Query[];
}

/** How many expired keys are forgotten whenever one is remembered: more than come, so that none pile up. */
const KEYS_PRUNED = 100;

/** An attempt that makes its payout, or has none. With an outcome it is written down as ended. */
function newOpening(intent: Intent, outcome: Outcome | undefined, nowMs: number): Opening {
  const { payout } = intent;
  const create = payout && "create" in payout ? payout.create : undefined;
  const made = create && insertPayout(create, intent, outcome, nowMs);
  const attempt = newAttempt(intent, outcome, create?.id, nowMs);
  return {
    result: { kind: "opened", attempt, payout: made?.payout },
    queries: [
      ...(made?.queries ?? []),
      insertAttempt(intent, attempt, create?.status, nowMs),
      ...rememberKey(intent, attempt.id, nowMs),
      ...(made?.payment ?? []),
    ],
  };
}

/** An attempt on a payout as it stands, which the transaction holds locked. */
function openingOn(existing: Payout, intent: Intent, outcome: Outcome | undefined, nowMs: number): Opening {
  const attempt = newAttempt(intent, outcome, existing.id, nowMs);
  const effect = paymentEffectOf(attempt, outcome);
  const changed = changePayout(existing, outcome?.change ?? {}, sourceOf(existing.status), nowMs, effect);
  return {
    result: { kind: "opened", attempt, payout: changed.payout },
    queries: [
      insertAttempt(intent, attempt, existing.status, nowMs),
      ...rememberKey(intent, attempt.id, nowMs),
      ...changed.queries,
      ...changed.payment,
    ],
  };
}

/** Leads the caller's key, where there is one, to an attempt. Fails where the key leads to another and has not expired. */
function rememberKey(
  { scope, operation, idempotencyKey }: Intent,
  attemptId: string,
  nowMs: number,
): readonly Query[] {
  if (!idempotencyKey) return [];
  const { key, expiresAtMs } = idempotencyKey;
  const name = [scope.tenantId, scope.merchantId, operation, key] as const;
  return [
    query(sql.forgetExpiredKey, ...name, nowMs),
    query(sql.insertKey, ...name, attemptId, expiresAtMs),
    query(sql.pruneKeys, nowMs, KEYS_PRUNED),
  ];
}

function newAttempt(
  intent: Intent,
  outcome: Outcome | undefined,
  payoutId: string | undefined,
  nowMs: number,
): Attempt {
  const { attemptId, operation, dedupeKey, requestHash, fieldHashes, initiator, startedAtMs, lease } = intent;
  return {
    id: attemptId,
    payoutId,
    operation,
    dedupeKey,
    requestHash,
    fieldHashes,
    initiator,
    state: outcome?.state ?? "SENDING",
    sendCount: 1,
    startedAtMs,
    lease: outcome ? { ...lease, untilMs: Math.min(lease.untilMs, nowMs) } : lease,
    reply: outcome?.state === "DONE" ? outcome.reply : undefined,
  };
}

function insertAttempt(
  { scope, methodKind }: Intent,
  attempt: Attempt,
  statusBefore: number | undefined,
  nowMs: number,
): Query {
  return query(
    sql.insertAttempt,
    attempt.id,
    attempt.payoutId ?? null,
    attempt.operation,
    attempt.dedupeKey,
    attempt.requestHash,
    storedFieldHashes(attempt),
    attempt.state,
    statusBefore ?? null,
    attempt.startedAtMs,
    attempt.lease.owner,
    attempt.lease.untilMs,
    attempt.reply ?? null,
    attempt.initiator,
    scope.tenantId,
    scope.merchantId,
    methodKind ?? null,
    nowMs,
  );
}
