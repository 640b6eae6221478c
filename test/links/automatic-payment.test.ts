import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { PayoutStatus } from "../../src/connector/contract.ts";
import { LedgerUnavailable } from "../../src/core/failure.ts";
import type { Payout } from "../../src/core/payout.ts";
import { type FakeStripe, startFakeStripe } from "../fakes/stripe/fake-stripe.ts";
import { money, openPayouts, type TestPayouts } from "../support/service/in-process.ts";
import { engines } from "../support/stores/ledgers.ts";

const ada = {
  customer: { email: { value: "ada@example.com" }, name: "Ada Lovelace" },
  address: { billing_address: { country_alpha2_code: "US" } },
};
const visit = { returnUrl: "https://pay.example.com/l/token", email: undefined, country: undefined };
const payments = "POST /v2/money_management/outbound_payments";

describe.each(engines)("links with a page of the provider's, on $engine", (engine) => {
  describe.runIf(engine.isAvailable)("are", () => {
    let stripe: FakeStripe;
    let payouts: TestPayouts;
    let databaseUrl = "";
    let count = 0;

    const open = () => openPayouts({ databaseUrl, providers: { stripe: stripe.url } });
    beforeAll(async () => {
      stripe = await startFakeStripe();
      databaseUrl = await engine.fresh();
      payouts = await open();
    });
    afterAll(async () => {
      await payouts.close();
      await stripe.close();
    });
    beforeEach(() => {
      stripe.control.heal();
      stripe.control.fund(stripe.control.financialAccount, "usd", 1_000_000);
    });

    const headers = () => {
      const credentials = { api_key: "sk_test_canary", financial_account: stripe.control.financialAccount };
      return { "x-connector-config": JSON.stringify({ config: { Stripe: credentials } }) };
    };
    async function link(options: object = {}, recipient: object = ada): Promise<Payout> {
      const id = `order-${++count}`;
      const body = { merchant_payout_id: id, ...money, ...recipient, link_options: options };
      expect((await payouts.call("createLink", body, headers())).reason).toBeUndefined();
      return payouts.payout(id);
    }
    const again = (payout: Payout) => payouts.payout(payout.merchantPayoutId ?? "");
    const onboard = async (payout: Payout) =>
      stripe.control.completeOnboarding((await again(payout)).connectorPayoutId ?? "");
    const paidFor = (payout: Payout) => stripe.control.count("payments", payout.id);
    const transfer = (payout: Payout, more: object = {}) =>
      payouts.call("transfer", { merchant_payout_id: payout.merchantPayoutId, ...money, ...more }, headers());

    it("opened for whoever comes, with one account, however many come at once", async () => {
      const payout = await link({}, {});
      const told = { ...visit, email: "ada@example.com", country: "US" };
      const pages = await Promise.all(Array.from({ length: 10 }, () => payouts.links.openPage(payout, told)));
      for (const { url } of pages) expect(url).toMatch(/^http/);
      expect(stripe.control.count("accounts", payout.id)).toBe(1);
      const known = (await again(payout)).connectorPayoutId;
      expect(known).toMatch(/^acct_/);
      await payouts.links.openPage(payout, visit);
      expect((await again(payout)).connectorPayoutId).toBe(known);
      await expect(payouts.links.openPage(await link({}, {}), visit)).rejects.toMatchObject({
        reason: "MISSING_REQUIRED_FIELD",
      });
    });

    it("not paid before the recipient has given everything, and then once, by themselves", async () => {
      const payout = await link();
      const waiting = { status: PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA };
      expect(await payouts.links.refresh(payout)).toMatchObject(waiting);
      expect(paidFor(payout)).toBe(0);
      await onboard(payout);
      const second = await open();
      const pending = { status: PayoutStatus.PENDING, link: { state: "CLAIMED" } };
      const all = Array.from({ length: 30 }, (_, index) =>
        (index % 2 ? payouts : second).links.refresh(payout),
      );
      await Promise.all(all);
      await second.close();
      expect(await again(payout)).toMatchObject(pending);
      expect(paidFor(payout)).toBe(1);
      // The caller's plain Transfer is a repeat of it; another one is not.
      expect(await transfer(payout)).toMatchObject({ isReplay: true, reply: { payout_status: "PENDING" } });
      expect(await transfer(payout, { description: "other" })).toMatchObject({
        reason: "PAYOUT_STATE",
        message: expect.stringContaining("it is paid automatically"),
      });
      const asked = stripe.control.requests().length;
      await expect(payouts.links.openPage(payout, visit)).rejects.toMatchObject({ reason: "PAYOUT_STATE" });
      expect(stripe.control.requests()).toHaveLength(asked);
      await expect(payouts.links.cancel(payout.scope, payout.id)).rejects.toMatchObject({
        reason: "PAYOUT_STATE",
      });
      expect(paidFor(payout)).toBe(1);
    });

    it("left for Transfer where fulfilment is manual", async () => {
      const payout = await link({ fulfilment: "FULFILMENT_MANUAL" });
      await onboard(payout);
      expect(await payouts.links.refresh(payout)).toMatchObject({
        status: PayoutStatus.REQUIRES_FULFILLMENT,
      });
      expect(paidFor(payout)).toBe(0);
      expect((await transfer(payout)).reply).toMatchObject({ payout_status: "PENDING" });
      expect(paidFor(payout)).toBe(1);
    });

    it.each([
      ["reset", "before"],
      ["reset", "after"],
      ["timeout", "after"],
      ["garbage", "after"],
      ["error-500", "before"],
      ["rate-limit", "before"],
    ] as const)("found out about after %s %s the payment", async (kind, moment) => {
      const payout = await link();
      await onboard(payout);
      stripe.control.inject({ kind, moment, match: payments });
      const hasty = await openPayouts({ databaseUrl, providers: { stripe: stripe.url }, patienceMs: 1000 });
      const first = kind === "timeout" ? hasty : payouts;
      expect(await first.links.refresh(payout)).toMatchObject({ status: PayoutStatus.PENDING });
      await hasty.close();
      const standing = await payouts.ledger.findLinkById(payout.scope, payout.id);
      expect(standing?.openAttempt).toBeDefined();
      stripe.control.heal();
      expect(await payouts.links.refresh(payout)).toMatchObject({ status: PayoutStatus.PENDING });
      expect((await payouts.ledger.findLinkById(payout.scope, payout.id))?.openAttempt).toBeUndefined();
      expect(paidFor(payout)).toBe(1);
    });

    it("left as they are where the sender is short, and paid once there is money", async () => {
      const payout = await link();
      await onboard(payout);
      stripe.control.empty(stripe.control.financialAccount);
      expect(await payouts.links.refresh(payout)).toMatchObject({
        status: PayoutStatus.REQUIRES_FULFILLMENT,
      });
      expect(payouts.logged()).toMatch(/"level":"warn".*a link was not paid automatically/);
      stripe.control.fund(stripe.control.financialAccount, "usd", 1_000_000);
      expect(await payouts.links.refresh(payout)).toMatchObject({ status: PayoutStatus.PENDING });
      expect(paidFor(payout)).toBe(1);
    });

    it("left to others by a busy server whose store has lost what was begun", async () => {
      const payout = await link();
      await onboard(payout);
      let isLosing = true;
      let release = () => {};
      const busy = await openPayouts({
        databaseUrl,
        providers: { stripe: stripe.url },
        wrapLedger: (ledger) => ({
          ...ledger,
          async open(intent) {
            const opened = await ledger.open(intent);
            if (isLosing) throw new LedgerUnavailable("The store is gone.");
            return opened;
          },
          async findCredentials(id) {
            if (!isLosing) await new Promise<void>((resolve) => (release = resolve));
            return ledger.findCredentials(id);
          },
        }),
      });
      await expect(busy.links.refresh(payout)).rejects.toMatchObject({ reason: "LEDGER_UNAVAILABLE" });
      isLosing = false;
      // What it does next takes longer than the lease that it has left behind.
      busy.advanceMs(60_000);
      const other = busy.links.refresh(await link());
      await delay(1500);
      const second = await open();
      second.advanceMs(30_000);
      expect(await second.links.refresh(payout)).toMatchObject({ status: PayoutStatus.PENDING });
      release();
      await other;
      await Promise.all([busy.close(), second.close()]);
      expect(paidFor(payout)).toBe(1);
    });

    it("asked anew after a payment that failed, and paid again, once", async () => {
      const payout = await link();
      await onboard(payout);
      const { connectorPayoutId: first } = await payouts.links.refresh(payout);
      stripe.control.settle(first ?? "", "failed", "payout_method_declined");
      expect(await payouts.links.refresh(payout)).toMatchObject({ status: PayoutStatus.FAILED });
      expect(await payouts.ledger.listPaymentAttempts(payout.scope, payout.id)).toMatchObject([
        { payoutStatus: PayoutStatus.FAILED, reason: "RECIPIENT_DECLINED" },
      ]);
      // Nothing is paid again before the recipient has come back.
      expect(await payouts.links.refresh(payout)).toMatchObject({ status: PayoutStatus.FAILED });
      expect(paidFor(payout)).toBe(1);
      await payouts.links.openPage(payout, visit);
      expect(await again(payout)).toMatchObject({
        status: PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA,
        link: { state: "ACTIVE", claimRound: 2 },
      });
      await Promise.all(Array.from({ length: 10 }, () => payouts.links.refresh(payout)));
      expect(await again(payout)).toMatchObject({ status: PayoutStatus.PENDING });
      expect(paidFor(payout)).toBe(2);
    });

    it("closed at the provider too", async () => {
      const payout = await link();
      const { connectorPayoutId = "" } = payout;
      expect(await payouts.links.cancel(payout.scope, payout.id)).toMatchObject({
        status: PayoutStatus.CANCELLED,
      });
      expect(stripe.control.account(connectorPayoutId).closed).toBe(true);
      await expect(payouts.links.openPage(payout, visit)).rejects.toMatchObject({ reason: "PAYOUT_STATE" });
      const asked = stripe.control.requests().length;
      expect(await payouts.links.refresh(payout)).toMatchObject({ status: PayoutStatus.CANCELLED });
      expect(stripe.control.requests()).toHaveLength(asked);
    });

    it("said not to be known where the provider does not answer, and nothing is paid", async () => {
      const payout = await link();
      await onboard(payout);
      stripe.control.inject({ kind: "error-500", match: /^GET/, times: 10 });
      await expect(payouts.links.refresh(payout)).rejects.toMatchObject({ reason: "PROVIDER_UNAVAILABLE" });
      stripe.control.heal();
      stripe.control.forbid("GET /v2/core/accounts");
      await expect(payouts.links.refresh(payout)).rejects.toMatchObject({ reason: "PROVIDER_PERMISSION" });
      expect(paidFor(payout)).toBe(0);
    });

    it("not served by a server that has lost their connector, and it says so", async () => {
      const payout = await link();
      const { id } = payout;
      const update = `update payout set connector = 'gone' where id = '${id}'`;
      await engine.rows(databaseUrl, update);
      const failure = {
        reason: "INTERNAL",
        message: expect.stringContaining("its connector is not on this server"),
      };
      await expect(payouts.links.refresh(payout)).rejects.toMatchObject(failure);
      await expect(payouts.links.openPage(payout, visit)).rejects.toMatchObject(failure);
      await expect(payouts.links.cancel(payout.scope, id)).rejects.toMatchObject(failure);
      expect(payouts.logged()).toContain("its connector is not on this server");
    });
  });
});
