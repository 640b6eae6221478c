import { afterAll, beforeAll, expect, it } from "vitest";
import { type FakeStripe, startFakeStripe } from "../fakes/stripe/fake-stripe.ts";
import { callCurl, callGrpcJs, linkIdOf, type TestCall, type Told } from "../support/clients/clients.ts";
import { quick, type RunningService, startService } from "../support/service/service.ts";
import { describeEngines, type Store } from "../support/stores/engines.ts";

const sandbox = { "x-connector": "sandbox" };
const money = { amount: { minor_amount: "1000", currency: "USD" }, destination_currency: "USD" };
const recipient = {
  customer: { email: { value: "ada@example.com" }, name: "Ada Lovelace" },
  address: { billing_address: { country_alpha2_code: "US" } },
};

describeEngines((newStore) => {
  let store: Store;
  let stripe: FakeStripe;
  let service: RunningService;
  let second: RunningService;
  let stripeHeaders: Readonly<Record<string, string>>;

  beforeAll(async () => {
    store = await newStore();
    stripe = await startFakeStripe();
    const environment = { ...store.environment, SLUICE_STRIPE_URL: stripe.url, SLUICE_LOG_LEVEL: "warn" };
    service = await startService({ environment, patience: quick });
    second = await startService({ environment, patience: quick });
    stripeHeaders = {
      "x-connector": "stripe",
      "x-connector-config": JSON.stringify({
        config: { Stripe: { api_key: "sk_test_canary", financial_account: stripe.control.financialAccount } },
      }),
    };
  });
  afterAll(async () => {
    await Promise.all([service.stop(), second.stop()]);
    await stripe.close();
    store.remove();
  });

  const link = (id: string, more: object = {}, headers: object = {}): TestCall => ({
    rpc: "createLink",
    headers: { ...sandbox, ...headers },
    body: { merchant_payout_id: id, ...money, ...more },
  });
  const stripeLink = (id: string): TestCall => ({
    rpc: "createLink",
    headers: stripeHeaders,
    body: { merchant_payout_id: id, ...money, ...recipient },
  });
  const urlOf = (told: Told) => (told.reply?.payout_link as { url?: string } | undefined)?.url;

  it("answers a repeat with the same reply, and says that it is one", async () => {
    const first = await callGrpcJs(service, link("repeat"));
    const again = await callGrpcJs(service, link("repeat"));
    expect(urlOf(first)).toMatch(/\/l\/[\w-]{43}$/);
    expect(again.reply).toEqual(first.reply);
    expect(first.trailers["idempotent-replayed"]).toBeUndefined();
    expect(again.trailers["idempotent-replayed"]).toBe("true");
  });

  it("gives the same reply in another process", async () => {
    const first = await callGrpcJs(service, link("elsewhere"));
    const again = await callGrpcJs(second, link("elsewhere"));
    // Where links begin is each process's own address here.
    expect(urlOf(again)?.split("/l/")[1]).toBe(urlOf(first)?.split("/l/")[1]);
    expect(again.reply?.connector_payout_id).toBe(first.reply?.connector_payout_id);
  });

  it("makes two links where nothing tells the calls apart", async () => {
    const call: TestCall = { rpc: "createLink", headers: sandbox, body: money };
    expect(urlOf(await callCurl(service, call))).not.toBe(urlOf(await callCurl(service, call)));
  });

  it("refuses the same id with another amount, naming the field and no value", async () => {
    await callCurl(service, link("amount"));
    const told = await callCurl(
      service,
      link("amount", { amount: { minor_amount: "2000", currency: "USD" } }),
    );
    expect(told).toMatchObject({ code: "ALREADY_EXISTS", reason: "MERCHANT_PAYOUT_ID_EXISTS" });
    expect(told.message).toContain("differs in: amount");
    expect(told.message).not.toContain("2000");
  });

  it("does not pay another amount or currency than the link's", async () => {
    await callCurl(service, link("agreed"));
    for (const other of [
      { amount: { minor_amount: "999", currency: "USD" } },
      { amount: { minor_amount: "1000", currency: "EUR" } },
      { destination_currency: "EUR" },
    ]) {
      const told = await callCurl(service, { ...link("agreed", other), rpc: "transfer" });
      expect(told).toMatchObject({ code: "ALREADY_EXISTS", reason: "MERCHANT_PAYOUT_ID_EXISTS" });
    }
  });

  it("refuses the same id through another connector", async () => {
    await callCurl(service, link("connector"));
    const told = await callCurl(service, stripeLink("connector"));
    expect(told).toMatchObject({ code: "ALREADY_EXISTS", reason: "MERCHANT_PAYOUT_ID_EXISTS" });
  });

  it("keeps one merchant's ids from another's", async () => {
    const one = await callCurl(service, link("scope", {}, { "x-merchant-id": "one" }));
    const other = await callCurl(service, link("scope", {}, { "x-merchant-id": "other" }));
    expect(urlOf(one)).not.toBe(urlOf(other));
    const foreign = await callCurl(service, {
      rpc: "get",
      headers: { ...sandbox, "x-merchant-id": "third" },
      body: { merchant_payout_id: "scope" },
    });
    expect(foreign.code).toBe("NOT_FOUND");
  });

  it("goes by idempotency-key where there is one", async () => {
    const key = { "idempotency-key": "key-1" };
    const first = await callCurl(service, {
      rpc: "createLink",
      headers: { ...sandbox, ...key },
      body: money,
    });
    const again = await callCurl(service, {
      rpc: "createLink",
      headers: { ...sandbox, ...key },
      body: money,
    });
    expect(urlOf(again)).toBe(urlOf(first));
    const other = await callCurl(service, {
      rpc: "createLink",
      headers: { ...sandbox, ...key },
      body: { ...money, description: "other" },
    });
    expect(other).toMatchObject({ code: "INVALID_ARGUMENT", reason: "IDEMPOTENCY_KEY_REUSED" });
    expect(other.message).toContain("description");
  });

  it("knows the same payout under another idempotency-key, or none", async () => {
    const first = await callCurl(service, link("keys", {}, { "idempotency-key": "key-2" }));
    expect(urlOf(await callCurl(service, link("keys", {}, { "idempotency-key": "key-3" })))).toBe(
      urlOf(first),
    );
    expect(urlOf(await callCurl(service, link("keys")))).toBe(urlOf(first));
  });

  it("makes one link and one account of fifty calls at once, in two processes", async () => {
    const told = await Promise.all(
      Array.from({ length: 50 }, (_, index) => callGrpcJs(index % 2 ? service : second, stripeLink("fifty"))),
    );
    expect(told.map(({ code }) => code).filter(Boolean)).toEqual([]);
    expect(new Set(told.map((each) => urlOf(each)?.split("/l/")[1])).size).toBe(1);
    expect(stripe.control.count("accounts", linkIdOf(told[0] as Told))).toBe(1);
  });

  it("pays once however often Transfer is called at once", async () => {
    const made = await callGrpcJs(service, stripeLink("pay"));
    stripe.control.completeOnboarding(made.reply?.connector_payout_id as string);
    const transfer: TestCall = {
      rpc: "transfer",
      headers: stripeHeaders,
      body: { merchant_payout_id: "pay", ...money },
    };
    const told = await Promise.all(
      Array.from({ length: 50 }, (_, index) => callGrpcJs(index % 2 ? service : second, transfer)),
    );
    expect(told.map(({ code, message }) => code && message).filter(Boolean)).toEqual([]);
    expect(new Set(told.map(({ reply }) => reply?.connector_payout_id)).size).toBe(1);
    expect(stripe.control.count("payments", linkIdOf(made))).toBe(1);
  });

  it("does not pay again by the provider's id, whatever the idempotency-key", async () => {
    const made = await callGrpcJs(service, stripeLink("twice"));
    const account = made.reply?.connector_payout_id as string;
    stripe.control.completeOnboarding(account);
    const pay = (body: object, key: string) =>
      callGrpcJs(service, {
        rpc: "transfer",
        headers: { ...stripeHeaders, "idempotency-key": key },
        body: { ...money, ...body } as TestCall["body"],
      });
    expect((await pay({ merchant_payout_id: "twice" }, "twice-1")).code).toBeUndefined();
    await pay({ connector_payout_id: account }, "twice-2");
    await pay({ merchant_payout_id: "twice-other", connector_payout_id: account }, "twice-3");
    const customer = { connector_customer_id: account };
    expect(await pay({ merchant_payout_id: "twice-customer", customer }, "twice-4")).toMatchObject({
      code: "FAILED_PRECONDITION",
      message: expect.stringContaining("merchant_payout_id twice"),
    });
    await pay({ customer }, "twice-5");
    const payments = stripe.control
      .requests()
      .filter(({ method, path }) => method === "POST" && path.endsWith("/outbound_payments"));
    expect(payments.filter(({ body }) => JSON.stringify(body).includes(account))).toHaveLength(1);
    expect(stripe.control.count("payments", linkIdOf(made))).toBe(1);
  });

  it("answers a refusal again as it was, without asking the provider", async () => {
    const call: TestCall = {
      rpc: "create",
      headers: sandbox,
      body: {
        merchant_payout_id: "refused",
        ...money,
        payout_method_data: {
          ach: { bank_account_number: { value: "00004001" }, bank_routing_number: { value: "110000000" } },
        },
      },
    };
    const first = await callCurl(service, call);
    expect(first.reply).toMatchObject({ payout_status: "FAILED", status_code: 402 });
    expect((await callCurl(service, call)).reply).toEqual(first.reply);
  });

  it("forgets a call that the provider turned away for its key, so that the right key gets through", async () => {
    stripe.control.forbid("POST /v2/core/accounts");
    const refused = await callGrpcJs(service, stripeLink("forbidden"));
    expect(refused.reply).toMatchObject({
      status_code: 403,
      error: { unified_details: { code: expect.stringMatching(/PERMISSION|FEATURE/) } },
    });
    stripe.control.heal();
    const made = await callGrpcJs(service, stripeLink("forbidden"));
    expect(made.reply).toMatchObject({ status_code: 200 });
    expect(stripe.control.count("accounts", linkIdOf(made))).toBe(1);
  });

  it.each(["timeout", "reset", "error-500", "html-502", "garbage", "truncated", "rate-limit"] as const)(
    "finds out after %s, before or after the effect, and pays once",
    async (kind) => {
      for (const moment of ["before", "after"] as const) {
        const id = `fault-${kind}-${moment}`;
        const made = await callGrpcJs(service, stripeLink(id));
        stripe.control.completeOnboarding(made.reply?.connector_payout_id as string);
        // More often than the client repeats by itself, so that the call ends without an answer.
        stripe.control.inject({
          kind,
          moment,
          match: "POST /v2/money_management/outbound_payments",
          times: 3,
        });
        const transfer: TestCall = {
          rpc: "transfer",
          headers: stripeHeaders,
          body: { merchant_payout_id: id, ...money },
        };
        const first = await callGrpcJs(service, transfer);
        expect(["UNAVAILABLE", "RESOURCE_EXHAUSTED", undefined]).toContain(first.code);
        expect(first.reply?.payout_status).not.toBe("FAILED");
        stripe.control.heal();
        const again = await callGrpcJs(second, transfer);
        expect(again.reply).toMatchObject({ payout_status: "PENDING" });
        expect(stripe.control.count("payments", linkIdOf(made))).toBe(1);
      }
    },
    60_000,
  );
});
