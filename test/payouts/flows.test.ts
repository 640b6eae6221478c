import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FakeStripe, startFakeStripe } from "../fakes/stripe/fake-stripe.ts";
import {
  callCurl,
  callGrpcJs,
  clients,
  linkIdOf,
  type TestCall,
  type Told,
} from "../support/clients/clients.ts";
import { type RunningService, startService } from "../support/service/service.ts";
import { describeEngines, type Store } from "../support/stores/engines.ts";

const published = { amount: { minor_amount: "1000", currency: "USD" }, destination_currency: "USD" };
const sandbox = { "x-connector": "sandbox" };
const bank = (account: string) => ({
  payout_method_data: {
    ach: { bank_account_number: { value: account }, bank_routing_number: { value: "110000000" } },
  },
});
const recipient = {
  customer: { email: { value: "ada@example.com" }, name: "Ada Lovelace" },
  address: { billing_address: { country_alpha2_code: "US" } },
};

describeEngines((newStore) => {
  let store: Store;
  let stripe: FakeStripe;
  let service: RunningService;
  let withStripe: Readonly<Record<string, string>>;

  beforeAll(async () => {
    store = await newStore();
    stripe = await startFakeStripe();
    service = await startService({ environment: { ...store.environment, SLUICE_STRIPE_URL: stripe.url } });
    const credentials = { api_key: "sk_test_canary", financial_account: stripe.control.financialAccount };
    withStripe = {
      "x-connector": "stripe",
      "x-connector-config": JSON.stringify({ config: { Stripe: credentials } }),
    };
  });
  afterAll(async () => {
    await service.stop();
    await stripe.close();
    store.remove();
  });

  const call = (rpc: TestCall["rpc"], headers: TestCall["headers"], body: object) =>
    callCurl(service, { rpc, headers: headers ?? {}, body: body as TestCall["body"] });
  const get = (headers: TestCall["headers"], body: object) => call("get", headers, body);

  describe.each(Object.keys(clients))("the published call through %s", (client) => {
    it.each(["sandbox", "stripe"])("makes a link with %s", async (connector) => {
      const headers = connector === "sandbox" ? sandbox : withStripe;
      const told = await (clients[client] as typeof callCurl)(service, {
        rpc: "createLink",
        headers,
        body: published,
      });
      expect(told.reply).toMatchObject({
        payout_status: "REQUIRES_PAYOUT_METHOD_DATA",
        connector_payout_id: expect.stringMatching(/.{8}/),
        status_code: 200,
        payout_link: {
          url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/l\/[\w-]{43}$/),
          state: "LINK_STATE_ACTIVE",
        },
      });
    });
  });

  describe("headers", () => {
    const made = { reply: { payout_status: "REQUIRES_PAYOUT_METHOD_DATA" } };
    const config = { "x-connector-config": '{"config":{"Stripe":{"api_key":"sk_test_canary"}}}' };
    const legacy = { "x-auth": "header-key", "x-api-key": "sk_test_canary" };

    it.each<[string, Readonly<Record<string, string>>]>([
      ["x-payout-connector", { "x-payout-connector": "sandbox" }],
      ["a connector's name in capitals", { "x-connector": "Sandbox" }],
      ["x-connector-config alone", config],
      [
        "x-connector-config without credentials to give",
        { "x-connector-config": '{"config":{"Sandbox":{}}}' },
      ],
      [
        "the older name of the config header",
        { "x-connector-auth": '{"auth_type":{"Stripe":{"api_key":"sk_test_canary"}}}' },
      ],
      ["the legacy headers", { "x-connector": "stripe", ...legacy }],
      ["both styles at once", { "x-payout-connector": "stripe", ...legacy, "x-key1": "unused", ...config }],
    ])("%s", async (_name, headers) => {
      expect(await call("createLink", headers, published)).toMatchObject(made);
    });
  });

  it("finds a payout by the merchant's id alone, by the provider's, and by ours", async () => {
    const made = await call("createLink", sandbox, { merchant_payout_id: "find", ...published });
    const { connector_payout_id, payout_link } = made.reply as {
      connector_payout_id: string;
      payout_link: { id: string };
    };
    for (const id of [
      { merchant_payout_id: "find" },
      { connector_payout_id },
      { connector_payout_id: payout_link.id },
    ]) {
      expect((await get(sandbox, id)).reply).toEqual(made.reply);
    }
  });

  it("tells a caller who names another connector which one it was", async () => {
    await call("createLink", sandbox, { merchant_payout_id: "whose", ...published });
    for (const [rpc, more] of [["get"], ["void"], ["transfer", published]] as const) {
      const told = await call(rpc, withStripe, { merchant_payout_id: "whose", ...more });
      expect(told).toMatchObject({ code: "INVALID_ARGUMENT", reason: "CONNECTOR_MISMATCH" });
      expect(told.message).toContain("made with sandbox");
    }
  });

  it("keeps a Stripe link without e-mail and country to itself, and checks the key all the same", async () => {
    stripe.control.clearRequests();
    const made = await call("createLink", withStripe, { merchant_payout_id: "deferred", ...published });
    expect(stripe.control.requests().map(({ method }) => method)).toEqual(["GET"]);
    const ours = made.reply?.connector_payout_id as string;
    expect(ours).toBe(linkIdOf(made));
    expect((await get(withStripe, { connector_payout_id: ours })).reply).toMatchObject({
      merchant_payout_id: "deferred",
      payout_status: "REQUIRES_PAYOUT_METHOD_DATA",
    });
    const early = await call("transfer", withStripe, { merchant_payout_id: "deferred", ...published });
    expect(early.reply?.payout_status).not.toBe("PENDING");
    expect((await call("void", withStripe, { merchant_payout_id: "deferred" })).reply).toMatchObject({
      payout_status: "CANCELLED",
    });
    const late = await call("transfer", withStripe, { merchant_payout_id: "deferred", ...published });
    expect(late).toMatchObject({ code: "FAILED_PRECONDITION", reason: "PAYOUT_STATE" });
    expect(stripe.control.count("payments")).toBe(0);
  });

  it("tells a wrong key from a good one when the link is made", async () => {
    const told = await call(
      "createLink",
      { "x-connector-config": '{"config":{"Stripe":{"api_key":"nonsense"}}}' },
      published,
    );
    expect(told.reply ?? told).toMatchObject({
      status_code: 401,
      error: {
        unified_details: { code: "PROVIDER_AUTHENTICATION" },
        connector_details: { message: expect.any(String) },
      },
    });
    expect(told.reply?.payout_link).toBeUndefined();
  });

  it("follows a Stripe payout to its end, and past it", async () => {
    const name = { merchant_payout_id: "followed" };
    const made = await call("createLink", withStripe, { ...name, ...published, ...recipient });
    const account = made.reply?.connector_payout_id as string;
    expect(account).toMatch(/^acct_/);
    stripe.control.completeOnboarding(account);
    expect((await get(withStripe, name)).reply).toMatchObject({ payout_status: "REQUIRES_FULFILLMENT" });
    const paid = await call("transfer", withStripe, { ...name, ...published });
    const payment = paid.reply?.connector_payout_id as string;
    expect(paid.reply).toMatchObject({
      payout_status: "PENDING",
      connector_payout_id: expect.stringMatching(/^obp_/),
    });
    stripe.control.settle(payment, "posted");
    expect((await get(withStripe, name)).reply).toMatchObject({
      payout_status: "SUCCESS",
      payout_link: { state: "LINK_STATE_COMPLETED" },
    });
    expect((await get(withStripe, { connector_payout_id: account })).reply).toMatchObject(name);
    stripe.control.settle(payment, "returned", "account_closed");
    expect((await get(withStripe, name)).reply).toMatchObject({ payout_status: "REVERSED" });
  });

  it("lets a link be paid again once the sender's account is topped up", async () => {
    const name = { merchant_payout_id: "short" };
    const made = await call("createLink", withStripe, { ...name, ...published, ...recipient });
    stripe.control.completeOnboarding(made.reply?.connector_payout_id as string);
    stripe.control.empty(stripe.control.financialAccount);
    const short = await call("transfer", withStripe, { ...name, ...published });
    expect(short.reply).toMatchObject({ error: { unified_details: { code: "INSUFFICIENT_FUNDS" } } });
    expect(short.reply?.payout_status).not.toBe("FAILED");
    stripe.control.fund(stripe.control.financialAccount, "usd", 1_000_000);
    expect((await call("transfer", withStripe, { ...name, ...published })).reply).toMatchObject({
      payout_status: "PENDING",
    });
  });

  it("cancels a link once, and says so however often it is asked", async () => {
    const name = { merchant_payout_id: "cancelled" };
    await call("createLink", sandbox, { ...name, ...published });
    for (let round = 0; round < 3; round++) {
      expect((await call("void", sandbox, name)).reply).toMatchObject({ payout_status: "CANCELLED" });
    }
    expect((await get(sandbox, name)).reply).toMatchObject({
      payout_status: "CANCELLED",
      payout_link: { state: "LINK_STATE_CANCELLED" },
    });
  });

  it("refuses to cancel what is paid, and says what to do", async () => {
    const name = { merchant_payout_id: "paid" };
    await call("create", sandbox, { ...name, ...published, ...bank("000123") });
    const told = await call("void", sandbox, name);
    expect(told.reply).toMatchObject({
      payout_status: "SUCCESS",
      error: { unified_details: { code: "NOT_CANCELABLE", user_guidance_message: expect.any(String) } },
    });
  });

  it("does not let Create and Transfer pay one payout twice", async () => {
    const name = { merchant_payout_id: "once" };
    const told: Told[] = await Promise.all(
      (["create", "transfer"] as const).map((rpc) =>
        callGrpcJs(service, {
          rpc,
          headers: sandbox,
          body: { ...name, ...published, ...bank("000123") } as TestCall["body"],
        }),
      ),
    );
    expect(told.filter(({ reply }) => reply?.payout_status === "SUCCESS")).toHaveLength(1);
  });

  it("goes through recipient, account and payout in Prism's order under one id", async () => {
    const name = { merchant_payout_id: "steps" };
    const made = await call("createRecipient", sandbox, {
      ...name,
      recipient_type: "INDIVIDUAL",
      ...recipient,
    });
    expect(made.reply).toMatchObject({ payout_status: "REQUIRES_CREATION" });
    const enrolled = await call("enrollDisburseAccount", sandbox, { ...name, ...bank("000123") });
    expect(enrolled.reply).toMatchObject({ payout_status: "REQUIRES_FULFILLMENT" });
    const paid = await call("transfer", sandbox, { ...name, ...published });
    expect(paid.reply).toMatchObject({ payout_status: "SUCCESS" });
    const other = { ...published, amount: { minor_amount: "2000", currency: "USD" } };
    expect(await call("transfer", sandbox, { ...name, ...other })).toMatchObject({ code: "ALREADY_EXISTS" });
  });

  it("tells what each connector can do", async () => {
    const response = await fetch(`${service.url}/sluice.v1.ConnectorService/List`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    const { connectors } = (await response.json()) as { connectors: Record<string, unknown>[] };
    expect(connectors.map(({ name }) => name)).toEqual(expect.arrayContaining(["sandbox", "stripe"]));
    expect(connectors.find(({ name }) => name === "stripe")).toMatchObject({
      config_key: "Stripe",
      operations: expect.arrayContaining(["CreateLink", "Get"]),
      credentials: expect.arrayContaining([
        expect.objectContaining({ name: "api_key", required: true, secret: true }),
      ]),
    });
  });
});
