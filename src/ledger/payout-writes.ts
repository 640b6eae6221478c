import { randomUUIDv7 } from "node:crypto";
import type { Intent, NewPayout, Payout, PayoutChange } from "./ledger.ts";
import { changed } from "./payout-change.ts";
import { sql } from "./sql.ts";
import type { StatusSource } from "./status.ts";
import { type Query, query } from "./unit.ts";

/** A payout as it stands once the queries have succeeded. */
export interface PayoutWrites {
  readonly payout: Payout;
  readonly queries: readonly Query[];
}

/** A new payout, with what the outcome of its first attempt changes already in it, and one event where it has a status. */
export function insertPayout(
  wanted: NewPayout,
  { scope, startedAtMs }: Intent,
  change: PayoutChange | undefined,
  nowMs: number,
): PayoutWrites {
  const made: Payout = {
    ...wanted,
    scope,
    link: wanted.link && { ...wanted.link, state: "ACTIVE" },
    createdAtMs: startedAtMs,
    updatedAtMs: nowMs,
    version: 1,
  };
  const after = changed(made, change ?? {}, "news", nowMs);
  const payout = { ...after.payout, version: 1 };
  return {
    payout,
    queries: [
      insertion(payout),
      ...(payout.status === 0 ? [] : [event(payout, 0)]),
      ...remember(payout, after.formerIds),
    ],
  };
}

/** A payout that the transaction holds locked, after a change, with an event where that changed its status. */
export function changePayout(
  before: Payout,
  change: PayoutChange,
  source: StatusSource,
  nowMs: number,
): PayoutWrites {
  const { payout, formerIds } = changed(before, change, source, nowMs);
  return {
    payout,
    queries: [
      ...(payout === before ? [] : [update(payout)]),
      ...(payout.status === before.status ? [] : [event(payout, before.status)]),
      ...remember(payout, formerIds),
    ],
  };
}

function insertion(payout: Payout): Query {
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
    payout.createdAtMs,
    payout.updatedAtMs,
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
  );
}

function event(payout: Payout, from: number): Query {
  const { id, version, status, updatedAtMs } = payout;
  return query(sql.insertEvent, randomUUIDv7(), id, version, from, status, updatedAtMs);
}

function remember({ id }: Payout, formerIds: readonly string[]): readonly Query[] {
  return formerIds.map((formerId) => query(sql.rememberFormerId, id, formerId));
}
