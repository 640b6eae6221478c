import type { Attempt, Existing, Payout } from "../../core/payout.ts";
import { sourceOf } from "../../core/status.ts";
import type { Intent, Outcome } from "../ledger.ts";
import { sql } from "../sql/sql.ts";
import { tellingOf } from "./payment-news.ts";
import { changePayout, insertPayout } from "./payout-writes.ts";
import { type Query, query } from "./unit.ts";

/** What opening an attempt writes, and what it answers once that is written. */
export interface Entry {
  readonly result: { readonly kind: "opened" } & Existing;
  readonly queries: readonly Query[];
}

/** How many expired keys are forgotten whenever one is remembered: more than come, so that none pile up. */
const KEYS_PRUNED = 100;

/** An attempt that makes its payout, or has none. With an outcome it is written down as ended. */
export function entryNew(intent: Intent, outcome: Outcome | undefined, nowMs: number): Entry {
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
export function entryOn(
  existing: Payout,
  intent: Intent,
  outcome: Outcome | undefined,
  nowMs: number,
): Entry {
  const attempt = newAttempt(intent, outcome, existing.id, nowMs);
  const telling = tellingOf(attempt, outcome);
  const changed = changePayout(existing, outcome?.change ?? {}, sourceOf(existing.status), nowMs, telling);
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
export function rememberKey(
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
  const { attemptId, operation, dedupeKey, requestHash, fieldHashes, startedAtMs, lease } = intent;
  return {
    id: attemptId,
    payoutId,
    operation,
    dedupeKey,
    requestHash,
    fieldHashes,
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
    JSON.stringify(attempt.fieldHashes),
    attempt.state,
    statusBefore ?? null,
    attempt.startedAtMs,
    attempt.lease.owner,
    attempt.lease.untilMs,
    attempt.reply ?? null,
    scope.tenantId,
    scope.merchantId,
    methodKind ?? null,
    nowMs,
  );
}
