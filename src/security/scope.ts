import type { Metadata } from "../core/call.ts";
import { Failure, invalidField } from "../core/failure.ts";
import type { Scope } from "../core/payout.ts";
import { ANY, type Caller } from "./caller.ts";

/** An id of a tenant or a merchant: 1 to 128 visible ASCII characters. */
const id = /^[\x21-\x7e]{1,128}$/;

/**
 * Whose data a call is about: what its headers say where the caller's identity allows that, otherwise what the identity
 * says, otherwise Prism's defaults.
 *
 * @throws Failure INVALID_DATA_FORMAT for a header that is unclear; CALLER_NOT_ALLOWED, saying what is allowed.
 */
export function scopeOf(metadata: Metadata, caller: Caller): Scope {
  return {
    tenantId: read(metadata, "tenant", caller.tenantId) ?? "public",
    merchantId: read(metadata, "merchant", caller.merchantId) ?? "DefaultMerchantId",
  };
}

function read(metadata: Metadata, what: "tenant" | "merchant", allowed: unknown): string | undefined {
  const header = `x-${what}-id`;
  const field = `${what}_id`;
  const [asked, ...others] = metadata.all(header);
  // Of two, whoever forwards the call may have checked the other one.
  if (others.length > 0 || (asked !== undefined && !id.test(asked))) {
    throw invalidField(field, `Send ${header} once, with 1 to 128 visible ASCII characters.`);
  }
  if (allowed === ANY) return asked;
  if (typeof allowed !== "string" || !id.test(allowed)) {
    const message = `This caller's identity allows no ${what}: it must name one, with 1 to 128 visible ASCII characters, or say ${ANY} for any.`;
    throw new Failure("CALLER_NOT_ALLOWED", message, { field });
  }
  if (asked !== undefined && asked !== allowed) {
    const message = `This caller may act for ${what} ${allowed} only, and ${header} names another. Leave the header out.`;
    throw new Failure("CALLER_NOT_ALLOWED", message, { field });
  }
  return allowed;
}
