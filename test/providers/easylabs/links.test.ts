import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EasyLabsFake, startFake } from "../../fakes/easylabs/fake.ts";
import { callGrpcJs, linkOf, type TestCall, type Told } from "../../support/clients/clients.ts";
import { type RunningService, startService } from "../../support/service/service.ts";
import { describeEngines, type Store } from "../../support/stores/engines.ts";
import { queryRows } from "../../support/stores/postgres.ts";

const [firstKey, secondKey] = [1, 2].map((byte) => Buffer.alloc(32, byte).toString("base64"));
const money = { amount: { minor_amount: "1000", currency: "USD" }, destination_currency: "USD" };

describeEngines((newStore, engine) => {
  let store: Store;
  let fake: EasyLabsFake;
  let service: RunningService;
  const printed: string[] = [];
  const metrics: string[] = [];

  const start = (keys: string) =>
    startService({
      environment: {
        ...store.environment,
        SLUICE_KEY: keys,
        SLUICE_EASYLABS_URL: fake.url,
        SLUICE_LOG_LEVEL: "debug",
      },
    });
  const stop = async () => {
    metrics.push(await (await fetch(`${service.url}/metrics`)).text());
    await service.stop();
    printed.push(service.output());
  };
  beforeAll(async () => {
    store = await newStore();
    fake = await startFake();
    service = await start(firstKey as string);
  });
  afterAll(async () => {
    await service.kill();
    await fake.close();
    store.remove();
  });

  const call = (rpc: TestCall["rpc"], body: object, credentials: object = {}): Promise<Told> => {
    const config = { config: { EasyLabs: { ...fake.credentials, ...credentials } } };
    const headers = { "x-connector-config": JSON.stringify(config) };
    return callGrpcJs(service, { rpc, headers, body: body as TestCall["body"] });
  };
  const create = (id: string, more: object = {}, credentials: object = {}) =>
    call("createLink", { merchant_payout_id: id, ...money, ...more }, credentials);
  const statusOf = async (id: string) =>
    (await call("get", { merchant_payout_id: id })).reply?.payout_status ?? "none";
  const newest = () => fake.links().at(-1)?.id ?? "";
  const posts = () => fake.requests().filter(({ method }) => method === "POST").length;
  /** Lets minutes pass for a payout with an unknown outcome. */
  const pass = (id: string, minutes: number) =>
    store.change(
      `update attempt set started_at_ms = started_at_ms - ${minutes * 60_000}, lease_until_ms = lease_until_ms - ${minutes * 60_000} where identity = 'merchant:${id}'`,
    );

  it("makes a link with a sealed id and a reference in its description, and reports a returned payment", async () => {
    const made = await create("paid", { link_options: { description: "A bonus" } });
    const token = newest();
    expect(made.reply).toMatchObject({ connector_payout_id: expect.stringMatching(/^sealed_/) });
    expect(linkOf(made)).toMatchObject({
      url: expect.stringContaining(token),
      expire_time: new Date(fake.link(token).expiresAtMs).toISOString(),
    });
    expect(fake.link(token)).toMatchObject({
      amount: 1000,
      description: expect.stringMatching(/^Ref\. [0-9a-f]{24}: A bonus$/),
    });
    fake.claim(token);
    fake.pay(token);
    fake.settle(token, "returned");
    const told = await call("get", { connector_payout_id: made.reply?.connector_payout_id });
    expect(told.reply).toMatchObject({
      merchant_payout_id: "paid",
      connector_payout_id: made.reply?.connector_payout_id,
      payout_status: "REVERSED",
      error: { unified_details: { code: "PAYMENT_RETURNED" } },
    });
  });

  it("is cancelled where Easy Labs cancelled it", async () => {
    await create("cancel");
    fake.cancel(newest());
    expect(await statusOf("cancel")).toBe("CANCELLED");
  });

  it("refuses more than the caller's limit, and sends nothing", async () => {
    const before = posts();
    const much = { amount: { minor_amount: "100001", currency: "USD" } };
    expect(await create("much", much)).toMatchObject({
      code: "FAILED_PRECONDITION",
      reason: "AMOUNT_NOT_ALLOWED",
    });
    expect(posts()).toBe(before);
    const raised = await create("much", much, { max_amount_minor: 100_001 });
    expect(raised.reply?.payout_status).toBe("REQUIRES_PAYOUT_METHOD_DATA");
  });

  it.each(["code", "expires_in", "metadata"])(
    "refuses an option that Easy Labs has not: %s",
    async (name) => {
      const values: Readonly<Record<string, object>> = {
        code: { claim_code: "1234" },
        expires_in: { expires_in: "3600s" },
        metadata: { metadata: { order: "1" } },
      };
      expect(await create("options", { link_options: values[name] })).toMatchObject({
        reason: "UNSUPPORTED_OPTION",
        message: expect.stringContaining("easylabs does not support"),
      });
    },
  );

  describe("when an answer is lost", () => {
    it("sends again only once the first request cannot arrive any more, and then waits again", async () => {
      const [links, sent] = [fake.links().length, posts()];
      const lose = () => fake.inject({ kind: "reset", when: "before", method: "POST" });
      const unknown = async () => {
        expect(await create("before")).toMatchObject({ reason: "OUTCOME_UNKNOWN" });
        return posts() - sent;
      };
      lose();
      expect(await unknown()).toBe(1);
      expect(await unknown()).toBe(1);
      await pass("before", 2);
      lose();
      expect(await unknown()).toBe(2);
      expect(await unknown()).toBe(2);
      await pass("before", 2);
      expect(await unknown()).toBe(2);
      await pass("before", 2);
      expect((await create("before")).reply?.payout_status).toBe("REQUIRES_PAYOUT_METHOD_DATA");
      expect([fake.links().length - links, posts() - sent]).toEqual([1, 3]);
    });

    it("finds a link that comes late, and makes no other", async () => {
      const before = fake.links().length;
      const arrive = fake.delayNext();
      await create("late");
      expect(await create("late")).toMatchObject({
        reason: "OUTCOME_UNKNOWN",
        message: expect.stringMatching(/Repeat the call in 1[12]\d seconds/),
      });
      arrive();
      expect(linkOf(await create("late")).url).toContain(newest());
      expect(fake.links()).toHaveLength(before + 1);
    });

    it("says nothing for certain while the list cannot be read", async () => {
      fake.inject({ kind: "reset", when: "after", method: "POST" });
      await create("unread");
      fake.inject({ kind: "error500", when: "before", method: "GET" });
      expect((await create("unread")).code).toBe("UNAVAILABLE");
      expect(linkOf(await create("unread")).url).toContain(newest());
    });
  });

  it("keeps a link's token out of everything but its URL", async () => {
    const made = await create("secret");
    const token = newest();
    const id = made.reply?.connector_payout_id;
    const beside = ({ reply: { payout_link: _, ...rest } = {}, ...told }: Told) =>
      JSON.stringify([rest, told]);
    expect(beside(made)).not.toContain(token);
    expect((await call("get", { connector_payout_id: token })).code).toBe("INVALID_ARGUMENT");
    const echoed = await call("get", { connector_payout_id: id }, { api_key: "sk_test_canary_other" });
    expect(echoed.reply).toMatchObject({ error: { unified_details: { code: "PROVIDER_NOT_FOUND" } } });
    expect(beside(echoed)).not.toContain(token);

    await stop();
    service = await start(`${secondKey},${firstKey}`);
    expect((await call("get", { connector_payout_id: id })).reply).toMatchObject({
      connector_payout_id: id,
      payout_status: "REQUIRES_PAYOUT_METHOD_DATA",
    });
    await stop();
    service = await start(secondKey as string);
    expect(await call("get", { merchant_payout_id: "secret" })).toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringContaining("SLUICE_KEY"),
    });
    await stop();

    const everything = [...printed, ...metrics, await stored(store, engine)];
    expect(everything.join().length).toBeGreaterThan(10_000);
    expect(printed.join()).toContain("/treasury/payout-link/:id");
    const seen = fake.links().filter((link) => everything.some((text) => text.includes(link.id)));
    expect(seen).toEqual([]);
  });
});

/** Everything that a store holds, as text, bytes too. */
async function stored({ folder, environment }: Store, engine: string): Promise<string> {
  if (engine === "SQLite") {
    return readdirSync(folder as string)
      .map((file) => readFileSync(join(folder as string, file), "latin1"))
      .join("\n");
  }
  const url = environment.SLUICE_DATABASE_URL as string;
  const tables = ["payout", "payout_former_id", "attempt", "event", "idempotency_key"];
  const rows = await Promise.all(
    tables.map((table) => queryRows(url, `select t::text as row from ${table} t`)),
  );
  const text = rows
    .flat()
    .map(({ row }) => String(row))
    .join("\n");
  const bytes = [...text.matchAll(/\\x([0-9a-f]+)/g)].map(([, hex]) => Buffer.from(hex as string, "hex"));
  return `${text}\n${bytes.map((each) => each.toString("latin1")).join("\n")}`;
}
