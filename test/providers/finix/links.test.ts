import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FakeFinix, startFake } from "../../fakes/finix/fake.ts";
import { callGrpcJs, linkOf, type TestCall, type Told } from "../../support/clients/clients.ts";
import { type RunningService, startService } from "../../support/service/service.ts";
import { describeEngines, type Store } from "../../support/stores/engines.ts";

const money = { amount: { minor_amount: "1000", currency: "USD" }, destination_currency: "USD" };
const options = { terms_url: "https://shop.example/terms" };
const address = {
  ...{ line1: { value: "1 Main St" }, city: { value: "Springfield" }, state: { value: "IL" } },
  ...{ zip_code: { value: "62704" }, country_alpha2_code: "US" },
};
const person = {
  recipient_type: "INDIVIDUAL",
  customer: { first_name: "Ada", last_name: "Lovelace", email: { value: "ada@example.com" } },
  address: { billing_address: address },
};

describeEngines((newStore) => {
  let store: Store;
  let fake: FakeFinix;
  let service: RunningService;
  const start = () =>
    startService({
      environment: { ...store.environment, SLUICE_FINIX_URL: fake.url, SLUICE_LOG_LEVEL: "debug" },
    });
  beforeAll(async () => {
    store = await newStore();
    fake = await startFake();
    service = await start();
  });
  afterAll(async () => {
    await service.stop();
    await fake.close();
    store.remove();
  });

  const call = (rpc: TestCall["rpc"], body: object, credentials = fake.credentials, server = service) => {
    const config = JSON.stringify({ config: { Finix: credentials } });
    return callGrpcJs(server, {
      rpc,
      headers: { "x-connector-config": config },
      body: body as TestCall["body"],
    });
  };
  const create = (id: string, more: object = {}, credentials?: FakeFinix["credentials"]) =>
    call(
      "createLink",
      { merchant_payout_id: id, ...money, link_options: { ...options, ...more } },
      credentials,
    );
  const about = (rpc: "get" | "void", id: string) => call(rpc, { merchant_payout_id: id });
  const statusOf = async (id: string) => (await about("get", id)).reply?.payout_status;
  const at = (told: Told) => told.reply?.connector_payout_id as string;
  const linksOf = (id: string) =>
    fake.books.links.all().filter(({ body }) => body.tags?.merchant_payout_id === id);
  const liveOf = (id: string) => linksOf(id).filter(({ state }) => state === "ACTIVE");
  /** Lets more than six minutes pass for a payout with an unknown outcome, after which no request can be in progress. */
  const pass = (id: string) =>
    store.change(
      `update attempt set started_at_ms = started_at_ms - 400000, lease_until_ms = lease_until_ms - 400000 where identity = 'merchant:${id}'`,
    );

  describe("a link", () => {
    it("is not cancelled while it pays", async () => {
      fake.claim(at(await create("claimed")));
      expect((await about("void", "claimed")).reply).toMatchObject({
        error: {
          connector_details: { code: "AWAITING_PAYOUT" },
          unified_details: { code: "NOT_CANCELABLE" },
        },
      });
      expect(await statusOf("claimed")).toBe("PENDING");
    });

    it("that Sluice has not made is asked about, and left as it ended", async () => {
      const [gone, late] = [await create("gone"), await create("over")].map(at) as [string, string];
      const { links } = fake.books;
      for (const [id, state, status] of [
        [gone, "DEACTIVATED", "CANCELLED"],
        [late, "EXPIRED", "EXPIRED"],
      ] as const) {
        const foreign = links.make(links.find(id).body);
        links.move(foreign, ["ACTIVE"], state);
        const before = fake.requests().length;
        for (const rpc of ["get", "void"] as const)
          expect((await call(rpc, { connector_payout_id: foreign.id })).reply).toMatchObject({
            payout_status: status,
            connector_payout_id: foreign.id,
          });
        expect(
          fake
            .requests()
            .slice(before)
            .map(({ method }) => method),
        ).toEqual(["GET", "GET"]);
      }
    });

    it("with an option that Finix has not is refused by name, and nothing is sent", async () => {
      const before = fake.requests().length;
      const told = await create("no-option", { memo: "Thank you" });
      expect(told).toMatchObject({ code: "INVALID_ARGUMENT", reason: "UNSUPPORTED_OPTION" });
      expect(told.message).toMatch(/finix does not support link_options.memo/);
      expect(await call("createLink", { merchant_payout_id: "no-terms", ...money })).toMatchObject({
        reason: "MISSING_REQUIRED_FIELD",
        message: expect.stringContaining("link_options.terms_url"),
      });
      expect(fake.requests()).toHaveLength(before);
    });

    it("that Finix refuses says why, with the logref for its support", async () => {
      const told = await create("refused", { recipient: { email: "nobody" } });
      expect(told.reply).toMatchObject({
        payout_status: "FAILED",
        error: {
          connector_details: {
            code: "INVALID_FIELD",
            message: expect.stringMatching(/email.*\(logref \w+\)/),
          },
        },
      });
      const wrongKey = await create("wrong-key", {}, { ...fake.credentials, password: "finix_canary_wrong" });
      expect(wrongKey.reply).toMatchObject({
        error: { unified_details: { code: "PROVIDER_AUTHENTICATION" } },
      });
      expect((await create("wrong-key")).reply).toMatchObject({
        payout_status: "REQUIRES_PAYOUT_METHOD_DATA",
      });
    });
  });

  it("is cancelled after all once the payment that stood in the way has failed", async () => {
    const made = await create("void-later");
    fake.claim(at(made));
    expect((await about("void", "void-later")).reply).toMatchObject({
      error: { unified_details: { code: "NOT_CANCELABLE" } },
    });
    fake.fail(at(made));
    expect((await about("void", "void-later")).reply).toMatchObject({ payout_status: "CANCELLED" });
    expect(liveOf("void-later")).toEqual([]);
  });

  describe("a lost reply", () => {
    it("that comes late after all leaves one live link of two", async () => {
      fake.inject({ kind: "reset", when: "after", method: "POST" });
      await create("late-twin");
      const [first] = linksOf("late-twin");
      if (!first) throw new Error("the first link was not made");
      fake.books.links.make(first.body);
      const found = await create("late-twin");
      expect(at(found)).toBe(first.id);
      expect(liveOf("late-twin")).toHaveLength(1);
      expect(linksOf("late-twin")).toHaveLength(2);
    });

    it.each(["live", "test"])(
      "to CreateLink with a %s key is not sent again while it may be in progress at Finix",
      async (environment) => {
        const id = `wait-${environment}`;
        const key = { ...fake.credentials, environment };
        fake.inject({ kind: "reset", when: "before", method: "POST" });
        await create(id, {}, key);
        const told = await create(id, {}, key);
        expect(told).toMatchObject({ code: "UNAVAILABLE", reason: "OUTCOME_UNKNOWN" });
        expect(told.message).toMatch(/Repeat the call in \d+ seconds/);
        expect(linksOf(id)).toEqual([]);
        await pass(id);
        expect((await create(id, {}, key)).reply).toMatchObject({ status_code: 200 });
        expect(liveOf(id)).toHaveLength(1);
      },
    );

    it("to CreateLink whose link is of another amount by now is for a person to judge", async () => {
      fake.inject({ kind: "reset", when: "after", method: "POST" });
      await create("foreign");
      const [link] = linksOf("foreign");
      if (!link) throw new Error("the link was not made");
      Object.assign(link.body.amount_details, { total_amount: 9 });
      expect(await create("foreign")).toMatchObject({
        code: "FAILED_PRECONDITION",
        reason: "PAYOUT_NEEDS_REVIEW",
      });
      expect(linksOf("foreign")).toHaveLength(1);
    });

    it.each([
      ["GET", "before"],
      ["PUT", "before"],
      ["PUT", "after"],
    ] as const)("to the %s of Void, %s the effect, leaves no live link", async (method, when) => {
      const id = `void-${method}-${when}`;
      await create(id);
      // One more than the connector's client repeats by itself.
      fake.inject({ kind: "reset", when, method, times: 3 });
      expect(await about("void", id)).toMatchObject({ code: "UNAVAILABLE" });
      expect((await about("void", id)).reply).toMatchObject({ payout_status: "CANCELLED" });
      expect(liveOf(id)).toEqual([]);
    });

    it("to CreateRecipient leaves one recipient", async () => {
      for (const when of ["before", "after"] as const) {
        const body = { merchant_payout_id: `ada-${when}`, ...person };
        fake.inject({ kind: "reset", when, method: "POST" });
        expect(await call("createRecipient", body)).toMatchObject({ code: "UNAVAILABLE" });
        await pass(`ada-${when}`);
        const made = await call("createRecipient", body);
        expect(made.reply).toMatchObject({ connector_payout_id: expect.stringMatching(/^ID/) });
        expect(await statusOf(`ada-${when}`)).toBe("REQUIRES_PAYOUT_METHOD_DATA");
        const tagged = [...fake.books.identities.values()].filter(
          (each) => each.body.tags?.merchant_payout_id === `ada-${when}`,
        );
        expect(tagged).toHaveLength(1);
      }
    });
  });

  it("leaves one live link when the process is killed before or after the effect", async () => {
    const other = await start();
    const waiting = (["before", "after"] as const).map((when) => ({ when, id: `killed-${when}` }));
    for (const { when, id } of waiting) {
      const seen = fake.requests().length;
      fake.inject({ kind: "timeout", when, method: "POST" });
      call("createLink", { merchant_payout_id: id, ...money, link_options: options }, undefined, other);
      await expect.poll(() => fake.requests().length).toBeGreaterThan(seen);
    }
    await expect.poll(() => linksOf("killed-after")).toHaveLength(1);
    await other.kill();
    for (const { id } of waiting) {
      await pass(id);
      expect((await create(id)).reply).toMatchObject({ status_code: 200 });
      expect(liveOf(id)).toHaveLength(1);
      expect(linksOf(id)).toHaveLength(1);
    }
  });

  it("says nothing of keys, recipients and links in its log", async () => {
    const told = await create("quiet", {
      recipient: { email: "ada@example.com" },
      nickname: "quiet-nickname",
    });
    expect(service.output()).toContain("provider call bodies");
    for (const secret of [fake.credentials.password, "ada@example.com", "quiet-nickname", linkOf(told).url])
      expect(service.output()).not.toContain(secret);
  });
});
