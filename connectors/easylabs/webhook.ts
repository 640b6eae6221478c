import { z } from "zod";
import {
  hmacSha256,
  isSameSignature,
  type Webhook,
  type WebhookRequest,
} from "../../src/connector/contract.ts";

/**
 * Easy Labs signs the body by HMAC-SHA256: `x-easy-webhook-signature: sha256=<hex>`. The only event about payouts is
 * `settlement.created`, and its ids, besides that of a settlement, are not documented, so no payout is found by it.
 */
export const webhook: Webhook = {
  verify(request, secrets) {
    const [signature = "", ...others] = request.header("x-easy-webhook-signature");
    const [, hex = ""] = /^sha256=([0-9a-f]{64})$/i.exec(signature) ?? [];
    if (hex === "" || others.length > 0) return false;
    const given = Buffer.from(hex, "hex");
    return (
      secrets.some((secret) => isSameSignature(hmacSha256(secret.reveal(), request.body), given)) &&
      !isStale(request)
    );
  },

  read(request) {
    const { id, type } = event.parse(JSON.parse(new TextDecoder().decode(request.body)));
    return type === "settlement.created" ? { id, type, connectorPayoutIds: [] } : undefined;
  },
};

const event = z.object({ id: z.string().min(1), type: z.string().min(1) });

/** Repeats of a delivery say when the event was made, and not when they were sent. */
const toleranceMs = 24 * 60 * 60 * 1000;

const timed = z.object({ created_at: z.string() });

/** A body without a time cannot be too old. */
function isStale({ body, receivedAtMs }: WebhookRequest): boolean {
  try {
    const { created_at } = timed.parse(JSON.parse(new TextDecoder().decode(body)));
    return Math.abs(receivedAtMs - Date.parse(created_at)) > toleranceMs;
  } catch {
    return false;
  }
}
