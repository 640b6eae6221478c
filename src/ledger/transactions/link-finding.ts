import type { LinkRecord, PaymentAttempt, Scope } from "../../core/payout.ts";
import { linkSql } from "../sql/link-sql.ts";
import { bytes, optional, readLinkRecord, readPayment } from "../sql/rows.ts";
import { sql } from "../sql/sql.ts";
import { ask, type Unit } from "./unit.ts";

/** {@link Ledger.findLink}. */
export function* findLink(tokenHash: string): Unit<LinkRecord | undefined> {
  const [row] = yield* ask(linkSql.byTokenHash, tokenHash);
  return row && readLinkRecord(row);
}

/** {@link Ledger.findLinkById}. */
export function* findLinkById(scope: Scope, payoutId: string): Unit<LinkRecord | undefined> {
  const [row] = yield* ask(linkSql.byId, scope.tenantId, scope.merchantId, payoutId);
  return row && readLinkRecord(row);
}

/** {@link Ledger.findCredentials}. */
export function* findCredentials(payoutId: string): Unit<Uint8Array | undefined> {
  const [row] = yield* ask(linkSql.credentials, payoutId);
  return row && optional(row, "link_credentials", bytes);
}

/** {@link Ledger.listPaymentAttempts}. */
export function* listPaymentAttempts(scope: Scope, payoutId: string): Unit<readonly PaymentAttempt[]> {
  const rows = yield* ask(sql.payments, scope.tenantId, scope.merchantId, payoutId);
  return rows.map(readPayment);
}
