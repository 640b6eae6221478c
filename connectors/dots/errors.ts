import { z } from "zod";
import type { ErrorReader, Reason } from "../../src/connector/contract.ts";

/** Dots's published error codes that a payout link can meet, with our reason for each. */
const reasons: Readonly<Record<string, Reason>> = {
  "transaction-insufficient-funds": "INSUFFICIENT_FUNDS",
  "invalid-transaction": "PROVIDER_REJECTED_REQUEST",
  "invalid-input": "PROVIDER_REJECTED_REQUEST",
  "invalid-email": "PROVIDER_REJECTED_REQUEST",
  "invalid-phone-number": "PROVIDER_REJECTED_REQUEST",
  "invalid-phone-number-voip": "PROVIDER_REJECTED_REQUEST",
  "invalid-phone-number-landline": "PROVIDER_REJECTED_REQUEST",
  "user-info-missing": "RECIPIENT_NOT_READY",
  "user-info-missing-cash-app": "RECIPIENT_NOT_READY",
  "user-info-missing-contact": "RECIPIENT_NOT_READY",
  "user-info-missing-card": "RECIPIENT_NOT_READY",
  "app-info-missing": "FEATURE_NOT_ENABLED",
  "resource-busy": "IDEMPOTENCY_IN_PROGRESS",
  "service-unavailable": "PROVIDER_UNAVAILABLE",
};

const text = z.string().optional().catch(undefined);
const flat = z.object({ code: text, error_code: text, error: text, message: text, detail: text });
const body = flat.extend({ error: z.union([z.string(), flat]).optional().catch(undefined) });

/** Reads Dots's error replies. It publishes the codes and not where they stand in a reply, so likely places are tried. */
export const errors: ErrorReader = {
  read(reply) {
    const { data } = body.safeParse(reply);
    if (!data) return undefined;
    const inner = typeof data.error === "object" ? data.error : {};
    const alone = typeof data.error === "string" ? data.error : undefined;
    const names = [data.code, data.error_code, inner.code, inner.error_code, alone, data.message].filter(
      Boolean,
    );
    const known = names.find((name) => name && Object.hasOwn(reasons, name));
    const code = known ?? data.code ?? data.error_code ?? inner.code ?? inner.error_code ?? "";
    return { code, message: data.message ?? inner.message ?? data.detail ?? inner.detail ?? alone ?? "" };
  },
  reasons,
};
