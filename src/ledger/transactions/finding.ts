import type { Attempt, Existing, Payout, Scope } from "../../core/payout.ts";
import type { AttemptQuery, PayoutIds } from "../ledger.ts";
import { readAttempt, readPayout } from "../sql/rows.ts";
import { sql } from "../sql/sql.ts";
import { ask, askAll, type Query, query, type Row, type Unit } from "./unit.ts";

/** {@link Ledger.findAttempt}. */
export function* findAttempt(
  wanted: AttemptQuery,
  nowMs: number,
): Unit<(Existing & { via: "key" | "dedupeKey" }) | undefined> {
  const [rows] = yield* askAll([attemptQuery(wanted, nowMs)]);
  const found = readFound(rows);
  if (!found) return undefined;
  const { payoutId } = found.attempt;
  return { ...found, payout: payoutId === undefined ? undefined : yield* payoutById(wanted.scope, payoutId) };
}

/** Asks for the attempts of a key and of an identity. Read what comes with {@link readFound}. */
export function attemptQuery(wanted: AttemptQuery, nowMs: number): Query {
  const { scope, operation, idempotencyKey, dedupeKey } = wanted;
  return query(
    sql.attemptByKeyOrIdentity,
    scope.tenantId,
    scope.merchantId,
    operation,
    idempotencyKey ?? null,
    nowMs,
    dedupeKey ?? null,
  );
}

/** The attempt that counts among those of {@link attemptQuery}: the key decides. */
export function readFound(
  rows: readonly Row[],
): { readonly attempt: Attempt; readonly via: "key" | "dedupeKey" } | undefined {
  const row = rows.find((each) => each.via === "key") ?? rows[0];
  return row && { attempt: readAttempt(row), via: row.via === "key" ? "key" : "dedupeKey" };
}

/** {@link Ledger.findPayout}. */
export function* findPayout(scope: Scope, ids: PayoutIds): Unit<Payout | undefined> {
  const { id, merchantPayoutId, connector, connectorPayoutId } = ids;
  if (merchantPayoutId !== undefined) {
    const payout = yield* payoutByMerchantPayoutId(scope, merchantPayoutId);
    if (payout) return payout;
  }
  const byId = id === undefined ? undefined : yield* payoutById(scope, id);
  const payout =
    byId ??
    (connector === undefined || connectorPayoutId === undefined
      ? undefined
      : yield* payoutByConnectorPayoutId(scope, connector, connectorPayoutId));
  // Another id must not lead to a payout that the merchant calls by another name.
  const isNamedOtherwise = merchantPayoutId !== undefined && payout?.merchantPayoutId !== undefined;
  return isNamedOtherwise ? undefined : payout;
}

/** A payout of this merchant by our id. */
export function* payoutById(scope: Scope, id: string): Unit<Payout | undefined> {
  return first(yield* ask(sql.payoutInScope, scope.tenantId, scope.merchantId, id));
}

function* payoutByMerchantPayoutId(scope: Scope, merchantPayoutId: string): Unit<Payout | undefined> {
  return first(yield* ask(sql.payoutByMerchantPayoutId, scope.tenantId, scope.merchantId, merchantPayoutId));
}

/** By the current id, and by a former one where none has it now. */
function* payoutByConnectorPayoutId(scope: Scope, connector: string, id: string): Unit<Payout | undefined> {
  const params = [scope.tenantId, scope.merchantId, connector, id] as const;
  const current = first(yield* ask(sql.payoutByConnectorPayoutId, ...params));
  return current ?? first(yield* ask(sql.payoutByFormerId, ...params));
}

function first(rows: readonly Row[]): Payout | undefined {
  return rows[0] && readPayout(rows[0]);
}
