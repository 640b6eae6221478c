import { createHmac, randomUUID } from "node:crypto";
import type { SignedWebhook } from "../../support/stages/provider-fake.ts";

/** What Dots sends when a link has changed. Signed as Svix signs: HMAC-SHA256 of id, time and body, under the secret's bytes. */
export function signedWebhook(linkId: string, secret: string): SignedWebhook {
  const body = JSON.stringify({ event: "payout_link.updated", payout_link_id: linkId });
  const id = `msg_${randomUUID()}`;
  const timestamp = Math.floor(Date.now() / 1000);
  const mac = createHmac("sha256", Buffer.from(secret.replace(/^whsec_/, ""), "base64"));
  const signature = `v1,${mac.update(`${id}.${timestamp}.${body}`).digest("base64")}`;
  return {
    headers: {
      "content-type": "application/json",
      "svix-id": id,
      "svix-timestamp": `${timestamp}`,
      "svix-signature": signature,
    },
    body,
  };
}
