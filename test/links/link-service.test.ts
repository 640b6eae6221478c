import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callJson } from "../support/clients/json-call.ts";
import { callLinksInJson, type LinkAnswer, linkClients } from "../support/clients/link-calls.ts";
import { type RunningService, startService } from "../support/service/service.ts";
import { describeEngines, type Store } from "../support/stores/engines.ts";

const money = { amount: { minor_amount: "1000", currency: "USD" }, destination_currency: "USD" };
const closed = {
  ach: { bank_account_number: { value: "00004002" }, bank_routing_number: { value: "110000000" } },
};
const nobody = "01900000-0000-7000-8000-000000000000";

type Link = Readonly<Record<string, unknown>>;

const linkOf = ({ reply }: LinkAnswer) => reply.link as Link;
const linksOf = ({ reply }: LinkAnswer) => (reply.links ?? []) as readonly Link[];

describeEngines((newStore) => {
  let store: Store;
  let service: RunningService;

  beforeAll(async () => {
    store = await newStore();
    service = await startService({ environment: store.environment });
  });
  afterAll(async () => {
    await service.stop();
    store.remove();
  });

  const payout = (rpc: string, merchant: string, body: object) =>
    callJson(service, `types.PayoutService/${rpc}`, { "x-merchant-id": merchant }, body);

  /** Makes a link, and returns what CreateLink says of it. */
  async function create(merchant: string, id: string, options: object = {}): Promise<Link> {
    const body = { merchant_payout_id: id, ...money, link_options: options };
    const { json } = await payout("CreateLink", merchant, body);
    return json.payout_link as Link;
  }

  const call = (merchant: string, rpc: string, body: object) =>
    callLinksInJson(service, rpc, body, { "x-merchant-id": merchant });

  describe.each(linkClients)("with $client", ({ client, isThere, ask }) => {
    describe.runIf(isThere)("a caller", () => {
      const merchant = `clients-${client}`;
      const asked = (rpc: string, body: object) => ask(service, rpc, body, { "x-merchant-id": merchant });

      it("gets a link with all that its caller gave", async () => {
        const options = {
          nickname: "Rent",
          metadata: { order: "7" },
          branding: { sender_name: "Acme", brand_color: "#0a7d4f" },
          items: [{ name: "A thing", quantity: 2 }],
        };
        const made = await create(merchant, "get", options);
        expect(made).toMatchObject({ ...options, merchant_payout_id: "get", connector: "sandbox" });
        expect(linkOf(await asked("Get", { id: made.id }))).toEqual(made);
      });

      it("lists, cancels, replaces the URL and shows the attempts", async () => {
        const made = await create(merchant, "round", { metadata: { round: "1" } });
        const listed = await asked("List", {
          filter: { metadata_key: "round", states: ["LINK_STATE_ACTIVE"] },
        });
        expect(linksOf(listed)).toEqual([made]);
        const replaced = linkOf(await asked("ReplaceUrl", { id: made.id }));
        expect(replaced).toEqual({ ...made, url: expect.stringMatching(/\/l\/[\w-]{43}$/) });
        expect(replaced.url).not.toBe(made.url);
        const cancelled = linkOf(await asked("Cancel", { id: made.id }));
        expect(cancelled).toMatchObject({ id: made.id, state: "LINK_STATE_CANCELLED", url: replaced.url });
        expect((await asked("ListAttempts", { id: made.id })).reply).toEqual({});
      });

      it("is told what was wrong, and where", async () => {
        const told = await asked("List", { page_size: 201 });
        expect([told.code, told.message]).toEqual([
          "invalid_argument",
          "Invalid data format: page_size. Write at most 200. It was 201.",
        ]);
        const missing = await asked("Get", { id: nobody });
        expect([missing.code, missing.message]).toEqual([
          "not_found",
          `There is no link ${nobody} of this merchant. Check the id, x-merchant-id and x-tenant-id.`,
        ]);
      });
    });
  });

  describe("a link of somebody else", () => {
    const rpcs = ["Get", "Cancel", "ListAttempts", "ReplaceUrl"];
    it.each(rpcs)("is for %s what does not exist", async (rpc) => {
      const { id, url } = await create("owner", `mine-${rpc}`);
      const words = (told: LinkAnswer, asked: unknown) => [
        told.code,
        told.message.replace(String(asked), "…"),
      ];
      const absent = words(await call("owner", rpc, { id: nobody }), nobody);
      expect(absent[0]).toBe("not_found");
      expect(words(await call("other", rpc, { id }), id)).toEqual(absent);
      const tenant = { "x-merchant-id": "owner", "x-tenant-id": "other" };
      expect(words(await callLinksInJson(service, rpc, { id }, tenant), id)).toEqual(absent);
      expect(linkOf(await call("owner", "Get", { id }))).toMatchObject({ url, state: "LINK_STATE_ACTIVE" });
      expect(linksOf(await call("other", "List", {}))).toEqual([]);
    });

    it("is for a payout without a link what does not exist", async () => {
      const made = await payout("Create", "owner", {
        merchant_payout_id: "no link",
        ...money,
        payout_method_data: closed,
      });
      expect(made.status).toBe(200);
      const rows = linksOf(await call("owner", "List", { filter: { merchant_payout_id_prefix: "no link" } }));
      expect(rows).toEqual([]);
    });
  });

  it("counts the tries to pay, wherever a link is shown, and says why they failed", async () => {
    const { id } = await create("payer", "fails");
    const pay = { merchant_payout_id: "fails", ...money, payout_method_data: closed };
    expect((await payout("Transfer", "payer", pay)).json).toMatchObject({ payout_status: "FAILED" });
    const { reply } = await call("payer", "ListAttempts", { id });
    expect(reply.attempts).toEqual([
      {
        number: 1,
        state: "ATTEMPT_STATE_FAILED",
        reason: "RECIPIENT_ACCOUNT_CLOSED",
        message: "Ask the recipient for another account.",
        create_time: expect.any(String),
        update_time: expect.any(String),
        method: "PAYOUT_METHOD_KIND_US_BANK",
      },
    ]);
    expect(linkOf(await call("payer", "Get", { id }))).toMatchObject({ attempts: 1 });
    expect(linksOf(await call("payer", "List", {}))[0]).toMatchObject({ id, attempts: 1 });
    const got = await payout("Get", "payer", { merchant_payout_id: "fails" });
    expect(got.json.payout_link).toMatchObject({ id, attempts: 1 });
  });

  it("shows a link that was paid with its times and its payment", async () => {
    const { id, url } = await create("payer", "paid");
    const good = { ach: { ...closed.ach, bank_account_number: { value: "000123456789" } } };
    await payout("Transfer", "payer", { merchant_payout_id: "paid", ...money, payout_method_data: good });
    const link = linkOf(await call("payer", "Get", { id }));
    expect(link).toMatchObject({ state: "LINK_STATE_COMPLETED", url, attempts: 1 });
    expect([link.claim_time, link.complete_time]).toEqual([expect.any(String), expect.any(String)]);
    const { reply } = await call("payer", "ListAttempts", { id });
    expect(reply.attempts).toMatchObject([
      {
        state: "ATTEMPT_STATE_SUCCEEDED",
        connector_transaction_id: expect.stringMatching(/^sbx_payout_/),
      },
    ]);
    const told = await call("payer", "Cancel", { id });
    expect(told.code).toBe("failed_precondition");
  });

  describe("Cancel", () => {
    it("closes a link once, and says the same again", async () => {
      const { id } = await create("canceller", "once");
      const first = await call("canceller", "Cancel", { id });
      expect(linkOf(first)).toMatchObject({ state: "LINK_STATE_CANCELLED" });
      expect(await call("canceller", "Cancel", { id })).toEqual(first);
      const got = await payout("Get", "canceller", { merchant_payout_id: "once" });
      expect(got.json.payout_status).toBe("CANCELLED");
    });
  });

  describe("ReplaceUrl", () => {
    it("leaves the old URL leading nowhere, as a URL that never was", async () => {
      const made = await create("replacer", "leak");
      const page = async (url: unknown) => {
        const reply = await fetch(String(url), { redirect: "manual" });
        return [reply.status, (await reply.text()).replace(/nonce="[^"]*"/g, "")];
      };
      expect((await page(made.url))[0]).toBeLessThan(400);
      const replaced = linkOf(await call("replacer", "ReplaceUrl", { id: made.id }));
      const [status, text] = await page(made.url);
      expect(status).toBe(404);
      expect([status, text]).toEqual(await page(String(made.url).replace(/.{43}$/, "A".repeat(43))));
      expect((await page(replaced.url))[0]).toBeLessThan(400);
      const repeated = await payout("CreateLink", "replacer", {
        merchant_payout_id: "leak",
        ...money,
        link_options: {},
      });
      expect(repeated.json.payout_link).toMatchObject({ url: replaced.url });
    });

    it("gives each of several at once a URL, of which the last one works", async () => {
      const { id } = await create("replacer", "race");
      const all = await Promise.all([1, 2, 3].map(() => call("replacer", "ReplaceUrl", { id })));
      const urls = all.map((told) => linkOf(told).url);
      expect(new Set(urls).size).toBe(3);
      expect(urls).toContain(linkOf(await call("replacer", "Get", { id })).url);
    });
  });

  describe("List", () => {
    it("goes through all links page by page, newest first, and each once while others are made", async () => {
      const made: unknown[] = [];
      for (let index = 0; index < 12; index++) made.unshift((await create("lister", `order-${index}`)).id);
      const seen: unknown[] = [];
      let token: unknown = "";
      do {
        const { reply } = await call("lister", "List", { page_size: 5, page_token: token });
        seen.push(...((reply.links ?? []) as Link[]).map(({ id }) => id));
        token = reply.next_page_token;
        await create("lister", `later-${seen.length}`);
      } while (token);
      expect(seen).toEqual(made);
    });

    it("takes conditions, alone and together", async () => {
      const first = await create("finder", "a-1", { metadata: { order: "1" } });
      const second = await create("finder", "b-2", { metadata: { order: "2" } });
      await call("finder", "Cancel", { id: first.id });
      const ids = async (filter: object) =>
        linksOf(await call("finder", "List", { filter })).map(({ id }) => id);
      expect(await ids({})).toEqual([second.id, first.id]);
      expect(await ids({ states: ["LINK_STATE_CANCELLED"] })).toEqual([first.id]);
      expect(await ids({ connector: "sandbox" })).toEqual([second.id, first.id]);
      expect(await ids({ connector: "elsewhere" })).toEqual([]);
      expect(await ids({ merchant_payout_id_prefix: "b-" })).toEqual([second.id]);
      expect(await ids({ metadata_key: "order", merchant_payout_id_prefix: "a" })).toEqual([first.id]);
      expect(await ids({ create_time_from: second.create_time })).toContain(second.id);
      expect(await ids({ create_time_before: first.create_time })).toEqual([]);
    });

    it("refuses a token of another filter, of another merchant, and one that it did not give", async () => {
      for (const id of ["1", "2"]) await create("tokens", id);
      const { reply } = await call("tokens", "List", { page_size: 1 });
      const page_token = String(reply.next_page_token);
      expect(linksOf(await call("tokens", "List", { page_size: 7, page_token }))).toHaveLength(1);
      const other = await call("tokens", "List", { page_token, filter: { connector: "sandbox" } });
      expect([other.code, other.message]).toEqual([
        "invalid_argument",
        expect.stringMatching(/another filter/),
      ]);
      const stolen = await call("thief", "List", { page_token });
      expect([stolen.code, stolen.message]).toEqual([
        "invalid_argument",
        expect.stringMatching(/another merchant/),
      ]);
      const middle = page_token.length >> 1;
      const forged = `${page_token.slice(0, middle)}${page_token[middle] === "A" ? "B" : "A"}${page_token.slice(middle + 1)}`;
      for (const bad of [forged, "x", page_token.slice(1), Buffer.from("[1]").toString("base64url")]) {
        const told = await call("tokens", "List", { page_token: bad });
        expect([told.code, told.message]).toEqual([
          "invalid_argument",
          expect.stringMatching(/no token of this/),
        ]);
      }
    });
  });

  it.each([
    ["Get", {}, /^Missing required field: id\./],
    ["Get", { id: "order-1" }, /^Invalid data format: id\..*UUID/],
    ["Get", { id: `${nobody.slice(0, -1)}G` }, /^Invalid data format: id\./],
    ["Cancel", { id: "'; drop table payout" }, /^Invalid data format: id\./],
    ["ListAttempts", { id: "\u0000" }, /^Invalid data format: id\./],
    ["ReplaceUrl", { id: nobody.toUpperCase().replace("0190", "ABCD") }, /^Invalid data format: id\./],
    ["List", { filter: { states: [0] } }, /filter\.states\. Write LINK_STATE_ACTIVE, /],
    ["List", { filter: { states: [77] } }, /filter\.states\./],
    ["List", { filter: { connector: "" } }, /filter\.connector\./],
    ["List", { filter: { connector: "Stripe!" } }, /filter\.connector\./],
    ["List", { filter: { merchant_payout_id_prefix: "" } }, /filter\.merchant_payout_id_prefix\./],
    ["List", { filter: { merchant_payout_id_prefix: "a\u0000" } }, /filter\.merchant_payout_id_prefix\./],
    ["List", { filter: { metadata_key: "" } }, /filter\.metadata_key\./],
    ["List", { filter: { metadata_key: "k".repeat(41) } }, /filter\.metadata_key\./],
    ["List", { filter: { create_time_from: "1969-12-31T23:59:59Z" } }, /filter\.create_time_from\./],
    [
      "List",
      { filter: { create_time_from: "2026-01-02T00:00:00Z", create_time_before: "2026-01-02T00:00:00Z" } },
      /filter\.create_time_before\. Write a time that is later/,
    ],
  ])("%s of %j is refused by name", async (rpc, body, words) => {
    const told = await call("careless", rpc, body);
    expect([told.code, told.message]).toEqual(["invalid_argument", expect.stringMatching(words)]);
  });

  it.each(["ListEvents"])("%s is not served yet, and says so", async (rpc) => {
    expect((await call("early", rpc, { id: nobody })).code).toBe("unimplemented");
  });
});
