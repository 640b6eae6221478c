import { createHash } from "node:crypto";
import type { Scope } from "../../core/payout.ts";
import type { Intent } from "../../ledger/ledger.ts";

/**
 * The key that the provider sees. It follows from who asks for what, not from this database: were the database lost, a
 * repeat would still be the same request to the provider.
 */
export function providerKey({ scope, operation, dedupeKey }: Intent): string {
  return keyOf(scope, operation, dedupeKey);
}

/** A key that follows from who does what. */
export function keyOf(scope: Scope, operation: string, identity: string): string {
  return createHash("sha256")
    .update(JSON.stringify([scope.tenantId, scope.merchantId, operation, identity]))
    .digest("hex");
}
