import { hmacSha256, isSameSignature, type Webhook, z } from "../../src/connector/contract.ts";

/** Acme signs `<seconds>.<body>` by HMAC-SHA256 and sends both in a header: `t=1767323045,v1=9f86d0…`. */
export const webhook: Webhook = {
  verify(request, secrets) {
    const [signature = "", ...others] = request.header("acme-signature");
    const [, seconds = "", hex = ""] = /^t=(\d{10}),v1=([0-9a-f]{64})$/.exec(signature) ?? [];
    const isStale = Math.abs(request.receivedAtMs - Number(seconds) * 1000) > toleranceMs;
    if (hex === "" || isStale || others.length > 0) return false;
    return secrets.some((secret) => {
      const expected = hmacSha256(secret.reveal(), `${seconds}.`, request.body);
      return isSameSignature(expected, Buffer.from(hex, "hex"));
    });
  },

  read(request) {
    const { id, type, link_id } = event.parse(JSON.parse(new TextDecoder().decode(request.body)));
    return link_id ? { id, type, connectorPayoutIds: [link_id] } : undefined;
  },
};

const toleranceMs = 5 * 60 * 1000;

const event = z.object({ id: z.string(), type: z.string(), link_id: z.string().nullish() });
