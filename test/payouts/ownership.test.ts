import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FakeStripe, startFakeStripe } from "../fakes/stripe/fake-stripe.ts";
import { money, openPayouts, type TestPayouts } from "../support/service/in-process.ts";
import { engines } from "../support/stores/ledgers.ts";

const ada = {
  customer: { email: { value: "ada@example.com" }, name: "Ada Lovelace" },
  address: { billing_address: { country_alpha2_code: "US" } },
};

describe.each(engines)("a payout, on $engine", (engine) => {
  describe.runIf(engine.isAvailable)("never pays with what belongs to another", () => {
    let stripe: FakeStripe;
    let payouts: TestPayouts;
    let headers: Readonly<Record<string, string>>;
    beforeAll(async () => {
      stripe = await startFakeStripe();
      const credentials = { api_key: "sk_test_canary", financial_account: stripe.control.financialAccount };
      headers = { "x-connector-config": JSON.stringify({ config: { Stripe: credentials } }) };
      payouts = await openPayouts({ databaseUrl: await engine.fresh(), providers: { stripe: stripe.url } });
    });
    afterAll(async () => {
      await payouts.close();
      await stripe.close();
    });

    it("refuses a quote used by another payout, and names that payout", async () => {
      const recipient = { merchant_payout_id: "quoted", recipient_type: "INDIVIDUAL", ...ada };
      const made = await payouts.call("createRecipient", recipient, headers);
      const id = String(made.reply?.connector_payout_id);
      stripe.control.completeOnboarding(id);
      const customer = { connector_customer_id: id };
      const quote = await payouts.call("stage", { ...money, customer }, headers);
      const order = { ...money, connector_quote_id: quote.reply?.connector_payout_id };
      const pay = (name: string) => payouts.call("transfer", { merchant_payout_id: name, ...order }, headers);

      const paid = await pay("quote-one");
      expect(paid.reply).toMatchObject({ payout_status: "INITIATED" });
      expect(await pay("quote-two")).toMatchObject({
        reason: "PAYOUT_STATE",
        field: "connector_quote_id",
        message: expect.stringContaining("quote-one"),
      });
      expect((await pay("quote-one")).reply).toEqual(paid.reply);
    });

    it("refuses the recipient of another payout's link, and says how to pay that one", async () => {
      await payouts.call("createLink", { merchant_payout_id: "linked", ...money, ...ada }, headers);
      const recipient = (await payouts.payout("linked")).connectorPayoutId;
      expect(recipient).toBeDefined();
      const byId = { merchant_payout_id: "other-one", ...money, connector_payout_id: recipient };
      expect(await payouts.call("transfer", byId, headers)).toMatchObject({
        reason: "PAYOUT_STATE",
        field: "connector_payout_id",
        message: expect.stringContaining("merchant_payout_id linked"),
      });
      const byCustomer = {
        merchant_payout_id: "other-two",
        ...money,
        customer: { connector_customer_id: recipient },
      };
      expect(await payouts.call("transfer", byCustomer, headers)).toMatchObject({
        reason: "PAYOUT_STATE",
        field: "customer.connector_customer_id",
      });
      const link = { merchant_payout_id: "other-three", ...money, connector_payout_id: recipient };
      expect(await payouts.call("createLink", link, headers)).toMatchObject({ reason: "PAYOUT_STATE" });
    });
  });
});
