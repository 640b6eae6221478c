import type { Metadata } from "../core/call.ts";
import { Failure, invalidField } from "../core/failure.ts";
import type { Scope } from "../core/payout.ts";
import { ANY, type Caller } from "./caller.ts";

/** An id of a tenant or a merchant: 1 to 128 visible ASCII characters. */
const id = /^[\x21-\x7e]{1,128}$/;

/**
 * The tenant and merchant of a call: those of its headers where the caller's identity allows them, otherwise the identity's
 * own, otherwise Prism's defaults.
 *
 * @throws Failure INVALID_DATA_FORMAT for a header that is unclear; CALLER_NOT_ALLOWED, naming the tenant or merchant that is allowed.
 */
export function scopeOf(metadata: Metadata, caller: Caller): Scope {
  return {
    tenantId: readScope(metadata, "tenant", caller.tenantId) ?? "public",
    merchantId: readScope(metadata, "merchant", caller.merchantId) ?? "DefaultMerchantId",
  };
}

function readScope(metadata: Metadata, what: "tenant" | "merchant", allowed: unknown): string | undefined {
  const header = `x-${what}-id`;
  const field = `${what}_id`;
  const [requested, ...others] = metadata.all(header);
  // A proxy in front may have checked one of two headers, and we would read the other.
  if (others.length > 0 || (requested !== undefined && !id.test(requested))) {
    throw invalidField(field, `Send ${header} once, with 1 to 128 visible ASCII characters.`);
  }
  if (allowed === ANY) return requested;
  if (typeof allowed !== "string" || !id.test(allowed)) {
    const message = `This caller's identity allows no ${what}: it must name one, with 1 to 128 visible ASCII characters, or say ${ANY} for any.`;
    throw new Failure("CALLER_NOT_ALLOWED", message, { field });
  }
  if (requested !== undefined && requested !== allowed) {
    const message = `This caller may act for ${what} ${allowed} only, and ${header} names another. Leave the header out.`;
    throw new Failure("CALLER_NOT_ALLOWED", message, { field });
  }
  return allowed;
}
