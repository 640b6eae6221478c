import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type FakeStripe, startFakeStripe } from "../fakes/stripe/fake-stripe.ts";
import type { FaultKind } from "../fakes/stripe/faults.ts";
import { clients, linkIdOf, type TestCall, type Told } from "../support/clients/clients.ts";
import { type RunningService, startService } from "../support/service/service.ts";
import { describeEngines, type Store } from "../support/stores/engines.ts";
import { queryRows } from "../support/stores/postgres.ts";

const CANARY = "sk_test_canary_4242_never_to_be_seen";
const ACCOUNT = "000canary123456789";
const money = { amount: { minor_amount: "1000", currency: "USD" }, destination_currency: "USD" };
const bank = {
  ach: {
    bank_account_number: { value: ACCOUNT },
    bank_routing_number: { value: "110000000" },
    bank_country_code: "US",
  },
};
const recipient = {
  customer: { email: { value: "ada@example.com" }, name: "Ada Lovelace" },
  address: { billing_address: { country_alpha2_code: "US" } },
};

/** Every RPC, with everything secret that it can carry. */
const bodies: readonly Pick<TestCall, "rpc" | "body">[] = [
  {
    rpc: "createLink",
    body: { merchant_payout_id: "canary", ...money, ...recipient, access_token: { value: CANARY } },
  },
  { rpc: "createLink", body: { ...money } },
  { rpc: "get", body: { merchant_payout_id: "canary" } },
  { rpc: "transfer", body: { merchant_payout_id: "canary", ...money } },
  { rpc: "transfer", body: { merchant_payout_id: "canary-bank", ...money, payout_method_data: bank } },
  { rpc: "create", body: { merchant_payout_id: "canary-create", ...money, payout_method_data: bank } },
  { rpc: "stage", body: { merchant_quote_id: "canary-quote", ...money } },
  {
    rpc: "createRecipient",
    body: { merchant_payout_id: "canary-recipient", ...recipient, recipient_type: "INDIVIDUAL" },
  },
  {
    rpc: "enrollDisburseAccount",
    body: { merchant_payout_id: "canary-recipient", payout_method_data: bank },
  },
  { rpc: "eligibility", body: { merchant_payout_id: "canary", ...money } },
  { rpc: "void", body: { merchant_payout_id: "canary" } },
];
const faults: readonly FaultKind[] = ["reset", "error-500", "html-502", "garbage", "truncated", "rate-limit"];

describeEngines((newStore, engine) => {
  let store: Store;
  let stripe: FakeStripe;
  let service: RunningService;
  const told: Told[] = [];
  let metrics = "";
  let output = "";

  beforeAll(async () => {
    store = await newStore();
    stripe = await startFakeStripe();
    service = await start();
    await callEverything();
    metrics = await (await fetch(`${service.url}/metrics`)).text();
    await service.stop();
    output = service.output();
    // A new process: the circuit breaker of the old one has had enough.
    service = await start();
    await crash();
    output += service.output();
  }, 180_000);
  afterAll(async () => {
    await service.kill();
    await stripe.close();
    store.remove();
  });

  const start = () =>
    startService({
      environment: { ...store.environment, SLUICE_STRIPE_URL: stripe.url, SLUICE_LOG_LEVEL: "debug" },
    });

  /** Every RPC with a good key through every client, then under every fault, then with keys and headers that are wrong. */
  async function callEverything(): Promise<void> {
    const config = (fields: object) => ({
      "x-connector-config": JSON.stringify({ config: { Stripe: fields } }),
    });
    const good = config({ api_key: CANARY, financial_account: stripe.control.financialAccount });
    for (const send of Object.values(clients)) {
      for (const call of bodies) told.push(await send(service, { ...call, headers: good }));
    }
    const send = clients["grpc-js"] as (typeof clients)[string];
    for (const kind of faults) {
      stripe.control.inject({ kind, times: 1000 });
      for (const call of bodies) {
        told.push(await send(service, { ...call, headers: { ...good, "x-merchant-id": kind } }));
      }
      stripe.control.heal();
    }
    stripe.control.forbid("GET /v2");
    const wrong: Readonly<Record<string, string>>[] = [
      config({ api_key: `pk_${CANARY}` }),
      config({ api_key: [CANARY] }),
      config({ api_key: CANARY, [CANARY]: CANARY }),
      config({ api_key: CANARY, base_url: `https://${CANARY}/` }),
      { "x-connector-config": `{"config":{"Stripe":{"api_key":"${CANARY}"` },
      { "x-connector-config": `{"config":{"${CANARY}":{}}}` },
      { "x-connector": "stripe", "x-auth": CANARY, "x-api-key": CANARY },
      { "x-connector": "stripe", "x-auth": "header-key", "x-api-key": CANARY },
      { ...good, "x-connector": "sandbox" },
      { ...good, "x-config-override": CANARY },
    ];
    for (const headers of wrong) {
      for (const call of bodies) told.push(await send(service, { ...call, headers }));
    }
  }

  /** Dies with a call under way, and comes back. */
  async function crash(): Promise<void> {
    const send = clients["grpc-js"] as (typeof clients)[string];
    const headers = { "x-connector-config": JSON.stringify({ config: { Stripe: { api_key: CANARY } } }) };
    stripe.control.heal();
    stripe.control.clearRequests();
    stripe.control.inject({ kind: "timeout", match: "POST /v2/core/accounts" });
    const call: TestCall = {
      rpc: "createLink",
      headers,
      body: { merchant_payout_id: "crash", ...money, ...recipient },
    };
    const lost = send(service, call);
    await vi.waitUntil(() => stripe.control.requests().length > 0);
    await service.kill();
    told.push(await lost);
  }

  it("was really used", () => {
    expect(stripe.control.requests().length).toBeGreaterThan(0);
    expect(told.filter(({ reply }) => reply && !reply.error).length).toBeGreaterThan(10);
    expect(told.filter(({ code }) => code).length).toBeGreaterThan(50);
    expect(linkIdOf(told[0] as Told)).toBeTruthy();
  });

  const everythingStored = async () =>
    engine === "SQLite" ? filesIn(store.folder as string) : await rowsOf(store);

  it("keeps what opens links out of everything but replies", async () => {
    const tokens = told.flatMap(
      (each) => /\/l\/([\w-]{43})/.exec(JSON.stringify(each.reply ?? each.message))?.[1] ?? [],
    );
    expect(tokens.length).toBeGreaterThan(10);
    const everywhere = [output, metrics, await everythingStored()];
    expect(tokens.filter((token) => everywhere.some((text) => text.includes(token)))).toEqual([]);
  });

  describe.each([
    ["the key", CANARY],
    ["an account number", ACCOUNT],
    ["a recipient's address", recipient.customer.email.value],
  ])("%s", (_name, secret) => {
    it("is in no reply, error, detail or trailer", () => {
      expect(told.filter((each) => JSON.stringify(each).includes(secret))).toEqual([]);
    });

    it("is in no line that the service printed", () => {
      expect(output.length).toBeGreaterThan(1000);
      expect(output.split("\n").filter((line) => line.includes(secret))).toEqual([]);
    });

    it("is in no metric", () => {
      expect(metrics).toContain("sluice_rpc");
      expect(metrics).not.toContain(secret);
    });

    it("is in no file or row", async () => {
      const stored = await everythingStored();
      expect(stored.length).toBeGreaterThan(10_000);
      expect(stored.includes(secret)).toBe(false);
    });
  });
});

function filesIn(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
    .join("\n");
}

async function rowsOf(store: Store): Promise<string> {
  const url = store.environment.SLUICE_DATABASE_URL as string;
  const tables = await queryRows(url, "select tablename from pg_tables where schemaname = 'public'");
  const rows = await Promise.all(
    tables.map(({ tablename }) => queryRows(url, `select t::text as row from ${tablename} t`)),
  );
  // bytea columns print as hexadecimal, so their bytes are looked at too.
  const text = rows
    .flat()
    .map(({ row }) => String(row))
    .join("\n");
  return (
    text +
    [...text.matchAll(/\\x([0-9a-f]+)/g)]
      .map(([, hex]) => Buffer.from(hex as string, "hex").toString("latin1"))
      .join("\n")
  );
}
