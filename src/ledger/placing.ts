import { payoutById, payoutByMerchantPayoutId } from "./finding.ts";
import type { Intent, NewPayout, Payout, PayoutChange, Scope } from "./ledger.ts";
import { changed } from "./payout-change.ts";
import { changePayout, writeEvent } from "./settling.ts";
import { sql } from "./sql.ts";
import { sourceOf } from "./status.ts";
import { ask, LostRace, type Unit } from "./unit.ts";

/** The payout that an attempt belongs to. */
export interface Place {
  readonly payout: Payout;
  readonly statusBefore: number;
  /** Facts, as the request calls them, in which the payout is not the one that was asked for. */
  readonly conflict?: readonly string[];
}

/** Finds the payout of an attempt that is to be opened, or makes it, with what the attempt's outcome changes already in it. */
export function* findPlace(
  { scope, payout }: Intent,
  change: PayoutChange | undefined,
  nowMs: number,
): Unit<Place | undefined> {
  if (!payout) return undefined;
  if ("id" in payout) {
    const existing = yield* payoutById(scope, payout.id);
    if (!existing) throw new Error(`There is no payout ${payout.id} of this merchant to attach to.`);
    return yield* attach(existing, change, nowMs);
  }
  const wanted = payout.create;
  const made = newPayout(scope, wanted, change, nowMs);
  if (yield* insertPayout(made, nowMs)) return { payout: made, statusBefore: wanted.status };
  const existing = yield* payoutOfSameName(scope, wanted);
  const conflict = differences(existing, wanted);
  if (conflict.length > 0) return { payout: existing, statusBefore: existing.status, conflict };
  return yield* attach(existing, change, nowMs);
}

function* attach(existing: Payout, change: PayoutChange | undefined, nowMs: number): Unit<Place> {
  const { id, status } = existing;
  const payout = change ? yield* changePayout(id, change, sourceOf(status), nowMs) : existing;
  return { payout, statusBefore: status };
}

function* payoutOfSameName(scope: Scope, wanted: NewPayout): Unit<Payout> {
  const { id, merchantPayoutId } = wanted;
  const existing =
    merchantPayoutId === undefined ? undefined : yield* payoutByMerchantPayoutId(scope, merchantPayoutId);
  if (!existing) throw new LostRace(`payout ${id}, or its link, exists already`);
  return existing;
}

/** Names the facts that both name and that are not the same. */
function differences(existing: Payout, wanted: NewPayout): string[] {
  const facts = [
    ["connector", existing.connector, wanted.connector],
    ["amount", existing.amountMinor, wanted.amountMinor],
    ["currency", existing.currency, wanted.currency],
    ["destination_currency", existing.destinationCurrency, wanted.destinationCurrency],
  ] as const;
  return facts
    .filter(([, is, want]) => is !== undefined && want !== undefined && is !== want)
    .map(([name]) => name);
}

function newPayout(scope: Scope, wanted: NewPayout, change: PayoutChange | undefined, nowMs: number): Payout {
  const made: Payout = {
    ...wanted,
    scope,
    link: wanted.link && { ...wanted.link, state: "ACTIVE" },
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    version: 1,
  };
  return change ? { ...made, ...changed(made, change, "news", nowMs), version: 1 } : made;
}

/** Answers false, and writes nothing, when there is a payout of that name already. */
function* insertPayout(payout: Payout, nowMs: number): Unit<boolean> {
  const { link, scope } = payout;
  const inserted = yield* ask(
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
    nowMs,
  );
  if (inserted.length === 0) return false;
  if (payout.status !== 0) yield* writeEvent(payout, 0, nowMs);
  return true;
}
