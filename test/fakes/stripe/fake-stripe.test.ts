import Stripe from "stripe";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { API_VERSION } from "./admission.ts";
import { type FakeStripe, startFakeStripe } from "./fake-stripe.ts";

let fake: FakeStripe;
let stripe: Stripe;
beforeAll(async () => {
  fake = await startFakeStripe();
  stripe = sdk("sk_test_canary");
});
afterAll(() => fake.close());
afterEach(() => {
  fake.control.heal();
  fake.control.clearRequests();
});

function sdk(key: string): Stripe {
  const { hostname, port } = new URL(fake.url);
  return new Stripe(key, {
    host: hostname,
    port,
    protocol: "http",
    maxNetworkRetries: 0,
    timeout: 500,
    telemetry: false,
  });
}

const recipient: Stripe.V2.Core.AccountCreateParams = {
  contact_email: "ada@example.com",
  display_name: "Ada Lovelace",
  identity: { country: "us", entity_type: "individual" },
  configuration: {
    recipient: {
      capabilities: { bank_accounts: { local: { requested: true } }, cards: { requested: true } },
    },
  },
};

async function payable(): Promise<string> {
  const { id } = await stripe.v2.core.accounts.create(recipient);
  fake.control.completeOnboarding(id);
  return id;
}

const order = (account: string, value = 1000) => ({
  from: { financial_account: fake.control.financialAccount, currency: "usd" },
  to: { recipient: account, currency: "usd" },
  amount: { value, currency: "usd" },
});

const send = (path: string, init: RequestInit & { headers?: Record<string, string> } = {}) =>
  fetch(fake.url + path, {
    ...init,
    headers: { authorization: "Bearer sk_test_canary", "stripe-version": API_VERSION, ...init.headers },
  });

describe("is strict about", () => {
  test.each([
    ["a missing key", { authorization: "" }, 401],
    ["a live key", { authorization: "Bearer sk_live_canary" }, 401],
    ["a publishable key", { authorization: "Bearer pk_test_canary" }, 401],
    ["another API version", { "stripe-version": "2020-08-27" }, 400],
  ])("%s", async (_, headers, status) => {
    expect((await send("/v1/balance", { headers })).status).toBe(status);
  });

  test("the content type of each API version", async () => {
    const json = { method: "POST", body: "{}", headers: { "content-type": "application/json" } };
    const form = {
      method: "POST",
      body: "a=b",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    };
    expect(await (await send("/v1/transfers", json)).json()).toMatchObject({
      error: { param: "Content-Type" },
    });
    expect(await (await send("/v2/core/accounts", form)).json()).toMatchObject({
      error: { code: "invalid_fields" },
    });
  });

  test("parameters that are unknown, missing or of another type, in the words of each API version", async () => {
    const unknown = { contact_emial: "ada@example.com" } as Stripe.V2.Core.AccountCreateParams;
    await expect(stripe.v2.core.accounts.create(unknown)).rejects.toMatchObject({
      type: "StripeInvalidRequestError",
      code: "invalid_fields",
      message: expect.stringContaining("contact_emial"),
    });
    const { contact_email: _, ...nameless } = recipient;
    await expect(stripe.v2.core.accounts.create(nameless)).rejects.toMatchObject({ statusCode: 400 });
    await expect(
      stripe.transfers.create({ amount: 1000, currency: "USD", destination: "acct_1" }),
    ).rejects.toMatchObject({ code: "parameter_invalid", param: "currency" });
    const missing = { amount: 1000, currency: "usd" } as Stripe.TransferCreateParams;
    await expect(stripe.transfers.create(missing)).rejects.toMatchObject({
      code: "parameter_missing",
      param: "destination",
    });
    await expect(
      stripe.v2.moneyManagement.outboundPayments.create(order("acct_1", 100_000_000)),
    ).rejects.toMatchObject({
      code: "invalid_fields",
    });
  });

  test("endpoints that it does not have", async () => {
    await expect(stripe.customers.list()).rejects.toMatchObject({ statusCode: 404 });
  });
});

describe("refuses as Stripe does:", () => {
  test("recipients who cannot be paid, an empty balance, canceled payments", async () => {
    const { id } = await stripe.v2.core.accounts.create(recipient);
    const { outboundPayments } = stripe.v2.moneyManagement;
    await expect(outboundPayments.create(order(id))).rejects.toMatchObject({
      type: "CapabilityNotEnabledError",
    });
    fake.control.completeOnboarding(id, { currency: "eur" });
    await expect(outboundPayments.create(order(id))).rejects.toMatchObject({
      type: "InvalidPayoutMethodError",
    });
    fake.control.completeOnboarding(id);
    fake.control.fund("fa_test_small", "usd", 999);
    const poor = { ...order(id), from: { financial_account: "fa_test_small", currency: "usd" } };
    await expect(outboundPayments.create(poor)).rejects.toMatchObject({ type: "InsufficientFundsError" });

    const payment = await outboundPayments.create(order(id));
    await expect(
      stripe.v2.core.accounts.close(id, { applied_configurations: ["recipient"] }),
    ).rejects.toMatchObject({ code: "pending_transactions_cannot_be_deleted" });
    expect((await outboundPayments.cancel(payment.id)).status).toBe("canceled");
    await expect(outboundPayments.cancel(payment.id)).rejects.toMatchObject({ type: "AlreadyCanceledError" });
    const posted = await outboundPayments.create(order(id));
    fake.control.settle(posted.id, "posted");
    await expect(outboundPayments.cancel(posted.id)).rejects.toMatchObject({ type: "NotCancelableError" });
  });

  test("features that are off and permissions that are missing", async () => {
    fake.control.disableFeature("/v2/money_management");
    await expect(stripe.v2.moneyManagement.payoutIntents.retrieve("poi_1")).rejects.toMatchObject({
      type: "FeatureNotEnabledError",
    });
    fake.control.forbid("GET /v1/balance");
    await expect(sdk("rk_test_canary").balance.retrieve()).rejects.toMatchObject({
      type: "StripePermissionError",
    });
  });
});

describe("keeps accounts", () => {
  test("whose parts are null unless they are asked for", async () => {
    const id = await payable();
    const bare = await stripe.v2.core.accounts.retrieve(id);
    expect(bare).toMatchObject({ configuration: null, identity: null, defaults: null, requirements: null });
    const whole = await stripe.v2.core.accounts.retrieve(id, {
      include: ["configuration.recipient", "identity", "defaults", "requirements"],
    });
    expect(whole.configuration?.recipient?.capabilities?.cards?.status).toBe("active");
    expect(whole.defaults?.payout_methods?.usd).toMatch(/^usba_/);
    expect(whole.requirements?.entries).toEqual([]);
  });

  test("and changes their metadata, where an empty value removes an entry", async () => {
    const { id } = await stripe.v2.core.accounts.create({ ...recipient, metadata: { a: "1", b: "2" } });
    const changed = await stripe.v2.core.accounts.update(id, { metadata: { a: "", c: "3" } });
    expect(changed.metadata).toEqual({ b: "2", c: "3" });
  });
});

test("lists payments newest first, page by page", async () => {
  const id = await payable();
  const made: string[] = [];
  for (let count = 0; count < 5; count++) {
    made.unshift((await stripe.v2.moneyManagement.outboundPayments.create(order(id))).id);
  }
  const listed: string[] = [];
  for await (const { id: each } of stripe.v2.moneyManagement.outboundPayments.list({
    recipient: id,
    limit: 2,
  })) {
    listed.push(each);
  }
  expect(listed).toEqual(made);
  expect(fake.control.requests().filter(({ method }) => method === "GET")).toHaveLength(3);
});

describe("idempotency keys", () => {
  const options = (idempotencyKey: string) => ({ idempotencyKey });

  test("replay what succeeded, and refuse other parameters", async () => {
    const first = await stripe.v2.core.accounts.create(recipient, options("account"));
    const again = await stripe.v2.core.accounts.create(recipient, options("account"));
    expect(again.id).toBe(first.id);
    expect(again.lastResponse.headers["idempotent-replayed"]).toBe("true");
    const other = { ...recipient, display_name: "Somebody else" };
    await expect(stripe.v2.core.accounts.create(other, options("account"))).rejects.toMatchObject({
      type: "StripeIdempotencyError",
    });
    expect((await sdk("sk_test_other").v2.core.accounts.create(other, options("account"))).id).not.toBe(
      first.id,
    );
  });

  test("run failed v2 requests again", async () => {
    const { id } = await stripe.v2.core.accounts.create(recipient);
    const pay = () => stripe.v2.moneyManagement.outboundPayments.create(order(id), options(`pay ${id}`));
    await expect(pay()).rejects.toThrow();
    fake.control.completeOnboarding(id);
    expect((await pay()).status).toBe("processing");
  });

  test("replay failed v1 requests, but not invalid ones", async () => {
    const account = await stripe.accounts.create({
      country: "US",
      capabilities: { transfers: { requested: true } },
    });
    const transfer = { amount: 1000, currency: "usd", destination: account.id };
    const pay = () => stripe.transfers.create(transfer, options("transfer"));
    await expect(pay()).rejects.toMatchObject({ code: "insufficient_capabilities_for_transfer" });
    fake.control.completeOnboarding(account.id);
    await expect(pay()).rejects.toMatchObject({
      code: "insufficient_capabilities_for_transfer",
      headers: { "idempotent-replayed": "true" },
    });
    const invalid = { ...transfer, currency: "dollars" };
    await expect(stripe.transfers.create(invalid, options("invalid"))).rejects.toThrow();
    expect((await stripe.transfers.create(transfer, options("invalid"))).amount).toBe(1000);
  });

  test("in use are refused", async () => {
    fake.control.inject({ kind: "slow", latencyMs: 100 });
    const results = await Promise.allSettled([
      stripe.v2.core.accounts.create(recipient, options("at once")),
      stripe.v2.core.accounts.create(recipient, options("at once")),
    ]);
    const refused = results.find(({ status }) => status === "rejected");
    expect(refused).toMatchObject({ reason: { statusCode: 409, code: "idempotency_key_in_use" } });
  });
});

describe("faults", () => {
  test.each([
    ["timeout", { type: "StripeConnectionError" }],
    ["rate-limit", { type: "RateLimitError", headers: { "retry-after": "7" } }],
    ["error-500", { type: "StripeAPIError", statusCode: 500 }],
    ["html-502", { type: "StripeAPIError" }],
    ["garbage", { type: "StripeAPIError" }],
    ["truncated", { type: "StripeAPIError" }],
  ] as const)("%s before and after the effect, once", async (kind, error) => {
    for (const [moment, made] of [
      ["before", 0],
      ["after", 1],
    ] as const) {
      fake.control.inject({ kind, moment, match: "POST /v2/core/accounts", retryAfterSeconds: 7 });
      const metadata = { pl_id: `${kind} ${moment}` };
      const create = () => stripe.v2.core.accounts.create({ ...recipient, metadata });
      await expect(create()).rejects.toMatchObject(error);
      expect(fake.control.count("accounts", metadata.pl_id)).toBe(made);
      await create();
    }
  });

  test("reset cuts the connection", async () => {
    fake.control.inject({ kind: "reset", match: /^GET \/v1\/balance/ });
    await expect(send("/v1/balance")).rejects.toThrow("fetch failed");
  });
});

describe("by itself", () => {
  test("is controlled over HTTP", async () => {
    const { id } = await stripe.v2.core.accounts.create(recipient);
    const control = (name: string, ...values: unknown[]) =>
      fetch(`${fake.url}/_fake/${name}`, { method: "POST", body: JSON.stringify(values) });
    expect((await control("completeOnboarding", id)).status).toBe(200);
    expect(await (await control("account", id)).json()).toMatchObject({
      id,
      defaults: { usd: expect.stringMatching(/^usba_/) },
    });
    expect((await control("settle", "obp_none", "posted")).status).toBe(400);
    expect(await (await control("")).json()).toMatchObject({ methods: expect.arrayContaining(["settle"]) });
  });

  test("shows a page for an account link that is good for one visit", async () => {
    const { id } = await stripe.v2.core.accounts.create(recipient);
    const back = "http://127.0.0.1:9/back";
    const { url, expires_at, created } = await stripe.v2.core.accountLinks.create({
      account: id,
      use_case: {
        type: "account_onboarding",
        account_onboarding: { refresh_url: `${back}?again`, return_url: back },
      },
    });
    expect(Date.parse(expires_at) - Date.parse(created)).toBe(600_000);
    expect(await (await fetch(url)).text()).toContain("ada@example.com");
    const second = await fetch(url, { redirect: "manual" });
    expect(second.headers.get("location")).toBe(`${back}?again`);
    const sent = await fetch(url, { method: "POST", body: "type=card&currency=usd", redirect: "manual" });
    expect(sent.headers.get("location")).toBe(back);
    const methods = await stripe.v2.moneyManagement.payoutMethods.list({}, { stripeContext: id });
    expect(methods.data.map(({ type }) => type)).toEqual(["card"]);
    expect((await fetch(`${fake.url}/r/acct_none?link=alu_none`)).status).toBe(404);
  });
});
