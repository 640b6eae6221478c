import type { Attempt, Existing, LinkRecord, PaymentAttempt, Payout, Scope } from "../../core/payout.ts";
import type { AttemptQuery, PayoutIds } from "../ledger.ts";
import { linkSql } from "../sql/link-sql.ts";
import { bytes, optional, readAttempt, readLinkRecord, readPaymentAttempt, readPayout } from "../sql/rows.ts";
import { sql } from "../sql/sql.ts";
import { fetchBatch, fetchRows, type Query, query, type Row, type Transaction } from "./transaction.ts";

/** {@link AttemptStore.findAttempt}. */
export function* findAttempt(
  wanted: AttemptQuery,
  nowMs: number,
): Transaction<(Existing & { via: "key" | "dedupeKey" }) | undefined> {
  const [rows] = yield* fetchBatch([attemptQuery(wanted, nowMs)]);
  const found = readFound(rows);
  if (!found) return undefined;
  const { payoutId } = found.attempt;
  return { ...found, payout: payoutId === undefined ? undefined : yield* payoutById(wanted.scope, payoutId) };
}

/** Finds the attempts of an idempotency key and of a dedupe key. {@link readFound} reads its rows. */
export function attemptQuery(wanted: AttemptQuery, nowMs: number): Query {
  const { scope, operation, idempotencyKey, dedupeKey } = wanted;
  return query(
    sql.attemptByKeys,
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

/** {@link PayoutStore.findPayout}. */
export function* findPayout(scope: Scope, ids: PayoutIds): Transaction<Payout | undefined> {
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
export function* payoutById(scope: Scope, id: string): Transaction<Payout | undefined> {
  return first(yield* fetchRows(sql.payoutInScope, scope.tenantId, scope.merchantId, id));
}

function* payoutByMerchantPayoutId(scope: Scope, merchantPayoutId: string): Transaction<Payout | undefined> {
  return first(
    yield* fetchRows(sql.payoutByMerchantPayoutId, scope.tenantId, scope.merchantId, merchantPayoutId),
  );
}

/** By the current id, and by a former one where none has it now. */
function* payoutByConnectorPayoutId(
  scope: Scope,
  connector: string,
  id: string,
): Transaction<Payout | undefined> {
  const params = [scope.tenantId, scope.merchantId, connector, id] as const;
  const current = first(yield* fetchRows(sql.payoutByConnectorPayoutId, ...params));
  return current ?? first(yield* fetchRows(sql.payoutByFormerId, ...params));
}

function first(rows: readonly Row[]): Payout | undefined {
  return rows[0] && readPayout(rows[0]);
}

/** {@link LinkStore.findLink}. */
export function* findLink(tokenHash: string): Transaction<LinkRecord | undefined> {
  const [row] = yield* fetchRows(linkSql.byTokenHash, tokenHash);
  return row && readLinkRecord(row);
}

/** {@link LinkStore.findLinkById}. */
export function* findLinkById(scope: Scope, payoutId: string): Transaction<LinkRecord | undefined> {
  const [row] = yield* fetchRows(linkSql.byId, scope.tenantId, scope.merchantId, payoutId);
  return row && readLinkRecord(row);
}

/** {@link LinkStore.findCredentials}. */
export function* findCredentials(payoutId: string): Transaction<Uint8Array | undefined> {
  const [row] = yield* fetchRows(linkSql.credentials, payoutId);
  return row && optional(row, "link_credentials", bytes);
}

/** {@link AttemptStore.listPaymentAttempts}. */
export function* listPaymentAttempts(scope: Scope, payoutId: string): Transaction<readonly PaymentAttempt[]> {
  const rows = yield* fetchRows(sql.paymentAttempts, scope.tenantId, scope.merchantId, payoutId);
  return rows.map(readPaymentAttempt);
}
