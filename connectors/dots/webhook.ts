import { z } from "zod";
import {
  hmacSha256,
  isSameSignature,
  type Secret,
  type Webhook,
  type WebhookRequest,
} from "../../src/connector/contract.ts";

/** Webhooks of Dots, which Svix signs and delivers. Bodies carry ids and nothing else. */
export const webhook: Webhook = {
  verify(request, secrets) {
    const id = only(request, "svix-id");
    const timestamp = only(request, "svix-timestamp");
    const signatures = only(request, "svix-signature");
    if (!id || !timestamp || !signatures) return false;
    if (!/^\d{1,12}$/.test(timestamp)) return false;
    if (Math.abs(request.receivedAtMs - Number(timestamp) * 1000) > TOLERANCE_MS) return false;
    const given = signatures.split(" ").filter((each) => each.startsWith("v1,"));
    return secrets.some((secret) => {
      const key = keyOf(secret);
      // With an empty key anyone could sign.
      if (key.length === 0) return false;
      const mac = hmacSha256(key, `${id}.${timestamp}.`, request.body);
      const expected = Buffer.from(`v1,${mac.toString("base64")}`);
      return given.some((each) => isSameSignature(expected, Buffer.from(each)));
    });
  },

  read(request) {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(request.body);
    const body: unknown = JSON.parse(text);
    const { event } = anyEvent.parse(body);
    if (event !== "payout_link.updated") return undefined;
    const { payout_link_id } = linkEvent.parse(body);
    const id = only(request, "svix-id");
    if (!id) throw new Error("The webhook has no svix-id.");
    return { id, type: event, connectorPayoutIds: [payout_link_id] };
  },
};

/** How old or early a webhook may be: a captured one cannot be sent again for ever. */
const TOLERANCE_MS = 300_000;

const anyEvent = z.object({ event: z.string().min(1) });
const linkEvent = z.object({ payout_link_id: z.string().min(1) });

/** Two of a header could make two readers see two requests. */
function only(request: WebhookRequest, name: string): string | undefined {
  const values = request.header(name);
  return values.length === 1 ? values[0] : undefined;
}

function keyOf(secret: Secret): Buffer {
  return Buffer.from(secret.reveal().replace(/^whsec_/, ""), "base64");
}
