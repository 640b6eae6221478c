import { createHmac, randomUUID } from "node:crypto";
import type { SignedWebhook } from "../../support/stages/provider-fake.ts";
import type { Link } from "./state.ts";

/** What Easy Labs sends when a link's payment has settled. It names a settlement, and neither link nor transaction. */
export function settlementWebhook({ amount }: Link, secret: string): SignedWebhook {
  const type = "settlement.created";
  const created = new Date().toISOString();
  const body = JSON.stringify({
    id: `evt_${randomUUID()}`,
    type,
    created_at: created,
    created,
    api_version: "2026-05-01",
    data: { id: `stl_${randomUUID()}`, net_amount: amount },
  });
  return {
    body,
    headers: {
      "content-type": "application/json",
      "x-easy-webhook-signature": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
      "x-easy-event": type,
      "x-easy-delivery-id": randomUUID(),
      "x-easy-webhook-attempt": "1",
    },
  };
}
