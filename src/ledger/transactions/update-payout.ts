import { randomUUIDv7 } from "node:crypto";
import { endStates } from "../../core/link-state.ts";
import { operationsWhere } from "../../core/operations.ts";
import type { Attempt, Link, NewPayout, Payout } from "../../core/payout.ts";
import type { StatusSource } from "../../core/status.ts";
import type { Intent, Outcome, PayoutUpdate } from "../ledger.ts";
import { linkSql } from "../sql/link-sql.ts";
import { sql } from "../sql/sql.ts";
import { type ChangedPayout, changed } from "./payout-change.ts";
import { type Query, query } from "./transaction.ts";

/** A payout as it stands once the queries have succeeded. */
export interface PayoutWrites {
  readonly payout: Payout;
  readonly queries: readonly Query[];
  /** Asked once the attempt is written that the change is about. */
  readonly payment: readonly Query[];
}

/** A new payout, with what the outcome of its first attempt changes already in it, and one event where it has a status. */
export function insertPayout(
  wanted: NewPayout,
  { scope, startedAtMs, operation, attemptId }: Intent,
  outcome: Outcome | undefined,
  nowMs: number,
): PayoutWrites {
  const made: Payout = {
    ...wanted,
    scope,
    link: wanted.link && newLink(wanted.link),
    createdAtMs: startedAtMs,
    updatedAtMs: nowMs,
    version: 1,
  };
  const after = changed(made, outcome?.change ?? {}, "update", nowMs);
  const payout = { ...after.payout, version: 1 };
  const effect = paymentEffectOf({ id: attemptId, operation }, outcome);
  return {
    payout,
    queries: [
      insertion(payout, wanted.link?.credentials),
      ...(payout.status === 0 ? [] : [event(payout, 0)]),
      ...remember(payout, after.formerIds),
      ...metadataKeys(payout, wanted.link?.metadataKeys ?? []),
    ],
    // Nothing else can have tried to pay it, to have news of.
    payment: effect === "update" ? [] : updatePaymentAttempt(undefined, after, effect, nowMs),
  };
}

function newLink({
  credentials: _credentials,
  metadataKeys: _keys,
  ...link
}: NonNullable<NewPayout["link"]>): Link {
  const times = { openedAtMs: undefined, claimedAtMs: undefined, completedAtMs: undefined };
  return { ...link, ...times, state: "ACTIVE", claimRound: 1, hosted: undefined };
}

/** A payout that the transaction holds locked, after a change, with an event where that changed its status. */
export function changePayout(
  before: Payout,
  change: PayoutUpdate,
  source: StatusSource,
  nowMs: number,
  effect: PaymentEffect,
): PayoutWrites {
  const after = changed(before, change, source, nowMs);
  const { payout, formerIds } = after;
  return {
    payout,
    queries: [
      ...(payout === before ? [] : [update(payout)]),
      ...(payout.status === before.status ? [] : [event(payout, before.status)]),
      ...remember(payout, formerIds),
    ],
    payment: updatePaymentAttempt(before, after, effect, nowMs),
  };
}

function insertion(payout: Payout, credentials: Uint8Array | undefined): Query {
  const { link, scope } = payout;
  return query(
    sql.insertPayout,
    payout.id,
    scope.tenantId,
    scope.merchantId,
    payout.merchantPayoutId ?? null,
    payout.connector,
    payout.connectorPayoutId ?? null,
    payout.status,
    payout.amountMinor ?? null,
    payout.currency ?? null,
    payout.destinationCurrency ?? null,
    link?.state ?? null,
    link?.tokenHash ?? null,
    link?.keyId ?? null,
    link?.generation ?? null,
    link?.expiresAtMs ?? null,
    link?.options ?? null,
    link?.claimedAtMs ?? null,
    link?.completedAtMs ?? null,
    payout.createdAtMs,
    payout.updatedAtMs,
    link && !endStates.has(link.state) ? (credentials ?? null) : null,
    link?.hosted ?? null,
  );
}

function update(payout: Payout): Query {
  return query(
    sql.changePayout,
    payout.id,
    payout.status,
    payout.connectorPayoutId ?? null,
    payout.amountMinor ?? null,
    payout.currency ?? null,
    payout.destinationCurrency ?? null,
    payout.link?.state ?? null,
    payout.link?.expiresAtMs ?? null,
    payout.updatedAtMs,
    payout.version,
    payout.link?.claimRound ?? 1,
    payout.link?.claimedAtMs ?? null,
    payout.link?.completedAtMs ?? null,
    payout.link?.hosted ?? null,
  );
}

function metadataKeys({ id, scope, createdAtMs }: Payout, keys: readonly string[]): readonly Query[] {
  return keys.map((key) =>
    query(linkSql.insertMetadataKey, id, key, scope.tenantId, scope.merchantId, createdAtMs),
  );
}

function event(payout: Payout, from: number): Query {
  const { id, version, status, updatedAtMs } = payout;
  return query(sql.insertEvent, randomUUIDv7(), id, version, from, status, updatedAtMs);
}

function remember({ id }: Payout, formerIds: readonly string[]): readonly Query[] {
  return formerIds.map((formerId) => query(sql.rememberFormerId, id, formerId));
}

const paying: ReadonlySet<string> = new Set(operationsWhere(({ pays }) => pays === true));

/** What a change of a payout is to a try to pay it: how that attempt ended, something heard since of the last one, or nothing. */
export type PaymentEffect = { readonly endOf: string } | "update" | "nothing";

/** What the outcome of an attempt is to the tries to pay. While nobody knows how a payment ended it says nothing. */
export function paymentEffectOf(
  { id, operation }: Pick<Attempt, "id" | "operation">,
  outcome: Outcome | undefined,
): PaymentEffect {
  if (!outcome) return "nothing";
  if (!paying.has(operation)) return "update";
  return outcome.state === "DONE" ? { endOf: id } : "nothing";
}

/** Writes down with a try to pay what its payout has come to. Asked after the try itself is written. */
function updatePaymentAttempt(
  before: Payout | undefined,
  { payout, payment }: ChangedPayout,
  effect: PaymentEffect,
  nowMs: number,
): readonly Query[] {
  const isNew = payout !== before || payment.reason !== undefined;
  if (effect === "nothing" || (effect === "update" && !isNew)) return [];
  const { reason = null, connectorPayoutId = null } = payment;
  const attemptId = effect === "update" ? null : effect.endOf;
  const params = [payout.id, payout.status, reason, connectorPayoutId, nowMs, attemptId] as const;
  return [query(sql.updatePaymentAttempt, ...params)];
}
