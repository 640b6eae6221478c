import Stripe from "stripe";
import { describe, expect, test } from "vitest";
import { webhook } from "../../../connectors/stripe/webhook.ts";
import { PayoutStatus, type WebhookRequest } from "../../../src/connector/contract.ts";
import { Secret } from "../../../src/security/secret.ts";
import type { SignedWebhook } from "../../support/stages/provider-fake.ts";
import { ada, dollars, stripeStage } from "../../support/stages/stripe-stage.ts";

const stage = stripeStage();
const secret = "whsec_canary_stripe";

/** The event of a webhook from the fake, verified as it arrives. */
function heard({ headers, body }: SignedWebhook) {
  const request: WebhookRequest = {
    header: (name) => [headers[name] ?? []].flat(),
    body: Buffer.from(body),
    receivedAtMs: Date.now(),
  };
  expect(webhook.verify(request, [new Secret(secret)])).toBe(true);
  expect(webhook.verify(request, [new Secret("whsec_canary_other")])).toBe(false);
  return webhook.read(request);
}

const about = (id: string | undefined) => heard(stage.fake.control.webhook(id ?? "", secret));

describe("webhooks lead to the payout", () => {
  test("of Global Payouts: its account, then its payment", async () => {
    const made = stage.payout();
    await made.call("createLink", { ...dollars, ...ada });
    const account = made.facts.connectorPayoutId ?? "";
    stage.fake.control.completeOnboarding(account);
    expect(about(account)?.connectorPayoutIds).toEqual([account]);
    expect((await made.call("get")).payoutStatus).toBe(PayoutStatus.REQUIRES_FULFILLMENT);

    await made.call("transfer", dollars);
    const payment = made.facts.connectorPayoutId ?? "";
    const created = about(payment);
    stage.fake.control.settle(payment, "posted");
    const posted = about(payment);
    expect([created, posted].map((event) => event?.connectorPayoutIds)).toEqual([[payment], [payment]]);
    expect([created?.type, posted?.type]).toEqual([
      "v2.money_management.outbound_payment.updated",
      "v2.money_management.outbound_payment.posted",
    ]);
    expect(created?.id).not.toBe(posted?.id);
    expect((await made.call("get")).payoutStatus).toBe(PayoutStatus.SUCCESS);
  });

  test("of Connect: its account, its transfer, its payout", async () => {
    const made = await stage.payableLink({ account_model: "connect" });
    expect(about(made.account)).toMatchObject({
      type: "account.updated",
      connectorPayoutIds: [made.account],
    });
    await made.call("transfer", dollars);
    const [account, payout] = made.facts.connectorPayoutId?.split("/") ?? [];
    const event = about(payout);
    expect(event?.connectorPayoutIds).toEqual([made.facts.connectorPayoutId, account]);
    const { hostname, port } = new URL(stage.fake.url);
    const stripe = new Stripe("sk_test_canary", { host: hostname, port, protocol: "http" });
    const transfers = await stripe.transfers.list({ destination: made.account });
    expect(about(transfers.data[0]?.id)).toMatchObject({
      type: "transfer.created",
      connectorPayoutIds: [transfers.data[0]?.id, account],
    });
  });
});

test("the fake signs as Stripe's own library expects", async () => {
  const made = await stage.paid();
  const thin = stage.fake.control.webhook(made.facts.connectorPayoutId ?? "", secret);
  const connected = await stage.payableLink({ account_model: "connect" });
  const snapshot = stage.fake.control.webhook(connected.account, secret);
  const stripe = new Stripe("sk_test_canary");
  const signature = (of: SignedWebhook) => of.headers["stripe-signature"] ?? "";
  expect(stripe.parseEventNotification(thin.body, signature(thin), secret)).toMatchObject({
    type: "v2.money_management.outbound_payment.updated",
    related_object: { id: made.facts.connectorPayoutId },
  });
  expect(
    stripe.webhooks.constructEvent(snapshot.body, signature(snapshot), secret).data.object,
  ).toMatchObject({ id: connected.account });
});
