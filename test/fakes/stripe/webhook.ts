import { createHmac } from "node:crypto";
import type { SignedWebhook } from "../../support/stages/provider-fake.ts";
import { API_VERSION } from "./admission.ts";
import type { State } from "./state.ts";
import { accountBody } from "./v1-accounts.ts";
import { payoutBody } from "./v1-payouts.ts";
import { transferBody } from "./v1-transfers.ts";

/**
 * What Stripe would send about an object now: a thin event of v2 (`acct_…`, `obp_…`, `poi_…`) or a snapshot of v1 (`acct_…`,
 * `tr_…`, `po_…`).
 */
export function webhookAbout(state: State, id: string, secret: string): SignedWebhook {
  const event = thinEvent(state, id) ?? snapshotEvent(state, id);
  if (!event) throw new RangeError(`the fake knows no ${id}`);
  return sign({ id: state.newId("evt_test_"), livemode: false, ...event }, secret, state.nowMs());
}

function thinEvent(state: State, id: string): object | undefined {
  const account = state.accounts.get(id);
  if (account?.api === "v2") {
    const type = "v2.core.account[configuration.recipient].capability_status_updated";
    return thin(state, type, { id, type: "v2.core.account", url: `/v2/core/accounts/${id}` });
  }
  const [name, found] =
    state.payments.get(id) !== undefined
      ? ["outbound_payment", state.payments.get(id)]
      : ["payout_intent", state.intents.get(id)];
  if (!found) return undefined;
  const happened = found.status === "processing" ? "updated" : found.status;
  return thin(state, `v2.money_management.${name}.${happened}`, {
    id,
    type: `v2.money_management.${name}`,
    url: `/v2/money_management/${name}s/${id}`,
  });
}

function thin(state: State, type: string, relatedObject: object): object {
  const created = new Date(state.nowMs()).toISOString();
  return { object: "v2.core.event", type, created, related_object: relatedObject };
}

function snapshotEvent(state: State, id: string): object | undefined {
  const account = state.accounts.get(id);
  if (account) return snapshot(state, "account.updated", accountBody(account), id);
  const transfer = state.transfers.get(id);
  if (transfer) {
    const happened = transfer.amountReversed > 0 ? "reversed" : "created";
    return snapshot(state, `transfer.${happened}`, transferBody(transfer));
  }
  const payout = state.payouts.get(id);
  if (!payout) return undefined;
  const happened = ["paid", "failed", "canceled"].includes(payout.status) ? payout.status : "updated";
  return snapshot(state, `payout.${happened}`, payoutBody(payout), payout.account);
}

function snapshot(state: State, type: string, object: object, account?: string): object {
  return {
    object: "event",
    api_version: API_VERSION,
    created: Math.floor(state.nowMs() / 1000),
    type,
    data: { object },
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    ...(account && { account }),
  };
}

function sign(event: object, secret: string, nowMs: number): SignedWebhook {
  const body = JSON.stringify(event);
  const seconds = Math.floor(nowMs / 1000);
  const signature = createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex");
  return {
    body,
    headers: { "content-type": "application/json", "stripe-signature": `t=${seconds},v1=${signature}` },
  };
}
