import type { AttemptQuery, Existing, Payout, PayoutIds, Scope } from "./ledger.ts";
import { readAttempt, readPayout } from "./rows.ts";
import { sql } from "./sql.ts";
import { ask, type Row, type Unit } from "./unit.ts";

/** {@link Ledger.findAttempt}. */
export function* findAttempt(
  query: AttemptQuery,
  nowMs: number,
): Unit<(Existing & { via: "key" | "identity" }) | undefined> {
  const { scope, operation, idempotencyKey, identity } = query;
  const rows = yield* ask(
    sql.attemptByKeyOrIdentity,
    scope.tenantId,
    scope.merchantId,
    operation,
    idempotencyKey ?? null,
    nowMs,
    identity ?? null,
  );
  const row = rows.find((each) => each.via === "key") ?? rows[0];
  if (!row) return undefined;
  const attempt = readAttempt(row);
  const payout = attempt.payoutId === undefined ? undefined : yield* payoutById(scope, attempt.payoutId);
  return { via: row.via === "key" ? "key" : "identity", attempt, payout };
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

/** A payout of this merchant by the merchant's id. */
export function* payoutByMerchantPayoutId(scope: Scope, merchantPayoutId: string): Unit<Payout | undefined> {
  return first(yield* ask(sql.payoutByMerchantPayoutId, scope.tenantId, scope.merchantId, merchantPayoutId));
}

function* payoutByConnectorPayoutId(scope: Scope, connector: string, id: string): Unit<Payout | undefined> {
  return first(yield* ask(sql.payoutByConnectorPayoutId, scope.tenantId, scope.merchantId, connector, id));
}

function first(rows: readonly Row[]): Payout | undefined {
  return rows[0] && readPayout(rows[0]);
}
