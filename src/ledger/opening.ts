import { findAttempt } from "./finding.ts";
import type { Attempt, Intent, Opened, Outcome, Scope } from "./ledger.ts";
import { findPlace } from "./placing.ts";
import { sql } from "./sql.ts";
import { ask, LostRace, type Unit } from "./unit.ts";

/** {@link Ledger.open}. */
export function open(intent: Intent, nowMs: number): Unit<Opened> {
  return enter(intent, undefined, nowMs);
}

/** {@link Ledger.record}. A new payout is written in the state that the outcome brings, with one event. */
export function record(intent: Intent, outcome: Outcome, nowMs: number): Unit<Opened> {
  return enter(intent, outcome, nowMs);
}

function* enter(intent: Intent, outcome: Outcome | undefined, nowMs: number): Unit<Opened> {
  const { scope, operation, identity, idempotencyKey } = intent;
  const query = { scope, operation, identity, idempotencyKey: idempotencyKey?.key };
  const earlier = yield* findAttempt(query, nowMs);
  if (earlier) {
    if (earlier.via === "identity") yield* rememberKey(intent, earlier.attempt.id, nowMs);
    return { kind: "existing", ...earlier };
  }
  const place = yield* findPlace(intent, outcome?.change, nowMs);
  if (place?.conflict) return { kind: "conflict", payout: place.payout, fields: place.conflict };
  const attempt = newAttempt(intent, outcome, place?.payout.id, nowMs);
  yield* insertAttempt(scope, attempt, place?.statusBefore);
  yield* rememberKey(intent, attempt.id, nowMs);
  return { kind: "opened", attempt, payout: place?.payout };
}

function newAttempt(
  intent: Intent,
  outcome: Outcome | undefined,
  payoutId: string | undefined,
  nowMs: number,
): Attempt {
  const { attemptId, operation, identity, fingerprint, fieldPrints, startedAtMs, lease } = intent;
  return {
    id: attemptId,
    payoutId,
    operation,
    identity,
    fingerprint,
    fieldPrints,
    state: outcome?.state ?? "SENDING",
    tries: 1,
    startedAtMs,
    lease: outcome ? { ...lease, untilMs: Math.min(lease.untilMs, nowMs) } : lease,
    reply: outcome?.state === "DONE" ? outcome.reply : undefined,
  };
}

function* insertAttempt(scope: Scope, attempt: Attempt, statusBefore: number | undefined): Unit<void> {
  const inserted = yield* ask(
    sql.insertAttempt,
    attempt.id,
    attempt.payoutId ?? null,
    attempt.operation,
    attempt.identity,
    attempt.fingerprint,
    JSON.stringify(attempt.fieldPrints),
    attempt.state,
    statusBefore ?? null,
    attempt.startedAtMs,
    attempt.lease.owner,
    attempt.lease.untilMs,
    attempt.reply ?? null,
    scope.tenantId,
    scope.merchantId,
  );
  if (inserted.length === 0) throw new LostRace(`attempt ${attempt.id} or its identity exists already`);
}

function* rememberKey(intent: Intent, attemptId: string, nowMs: number): Unit<void> {
  const { scope, operation, idempotencyKey } = intent;
  if (!idempotencyKey) return;
  const { key, expiresAtMs } = idempotencyKey;
  const { tenantId, merchantId } = scope;
  const held = yield* ask(
    sql.rememberKey,
    tenantId,
    merchantId,
    operation,
    key,
    attemptId,
    expiresAtMs,
    nowMs,
  );
  if (held.length === 0) throw new LostRace("the idempotency key was taken meanwhile");
}
