import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ProviderFault } from "../../support/stages/provider-fake.ts";
import { account, VERSION } from "./endpoints.ts";
import { type FakeFinix, startFake } from "./fake.ts";

let fake: FakeFinix;
beforeAll(async () => {
  fake = await startFake();
});
afterAll(() => fake.close());

const headers = {
  authorization: `Basic ${btoa(`${account.username}:${account.password}`)}`,
  "finix-version": VERSION,
  "content-type": "application/json",
};
const send = (method: string, path: string, body?: unknown, more: Record<string, string> = {}) =>
  fetch(fake.url + path, {
    method,
    headers: { ...headers, ...more },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
const json = async (reply: Promise<Response>) => (await (await reply).json()) as Record<string, unknown>;

const linkBody = {
  amount_details: { total_amount: 100_000, currency: "USD" },
  additional_details: { terms_of_service_url: "https://shop.example/terms", expiration_in_minutes: 10 },
  allowed_payout_operations: ["PUSH_TO_ACH"],
};
const newLink = async () => (await json(send("POST", "/payout_links", linkBody))).id as string;
const stateOf = async (id: string) => (await json(send("GET", `/payout_links/${id}`))).state;

describe("is strict about", () => {
  test.each([
    ["a missing key", { authorization: "" }, 401, "UNKNOWN"],
    ["another password", { authorization: `Basic ${btoa(`${account.username}:x`)}` }, 401, "UNKNOWN"],
    ["another version", { "finix-version": "2018-01-01" }, 400, "BAD_REQUEST"],
    ["another content type", { "content-type": "text/plain" }, 406, "NOT_ACCEPTABLE"],
  ])("%s", async (_, more, status, code) => {
    const reply = await send("POST", "/payout_links", linkBody, more);
    expect(reply.status).toBe(status);
    expect(await reply.json()).toMatchObject({
      total: 1,
      _embedded: { errors: [{ code, logref: expect.stringMatching(/./), message: expect.any(String) }] },
    });
  });

  test.each<[string, object, string]>([
    ["a field that it does not know", { metadata: {} }, ""],
    ["an unknown operation", { allowed_payout_operations: ["PUSH_TO_IBAN"] }, "allowed_payout_operations.0"],
    ["no operation", { allowed_payout_operations: [] }, "allowed_payout_operations"],
    ["no terms", { additional_details: {} }, "additional_details.terms_of_service_url"],
    [
      "half a cent",
      { amount_details: { total_amount: 0.5, currency: "USD" } },
      "amount_details.total_amount",
    ],
    ["a long tag", { tags: { a: "x".repeat(501) } }, "tags.a"],
    ["a long tag's name", { tags: { ["x".repeat(41)]: "a" } }, `tags.${"x".repeat(41)}`],
    [
      "too many tags",
      { tags: Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`t${at}`, ""])) },
      "tags",
    ],
    ["a colour's name", { branding: { brand_color: "green" } }, "branding.brand_color"],
  ])("%s", async (_, change, field) => {
    const reply = await send("POST", "/payout_links", { ...linkBody, ...change });
    expect(reply.status).toBe(422);
    expect(await reply.json()).toMatchObject({ _embedded: { errors: [{ code: "INVALID_FIELD", field }] } });
  });

  test("JSON, paths and queries", async () => {
    expect((await send("POST", "/payout_links", "{")).status).toBe(400);
    expect((await send("GET", "/payout_links/payout_link_none")).status).toBe(404);
    expect((await send("DELETE", `/payout_links/${await newLink()}`)).status).toBe(404);
    expect((await send("GET", "/payout_links?state=ACTIVE")).status).toBe(422);
    expect((await send("GET", "/payout_links?limit=101")).status).toBe(422);
    expect((await send("GET", "/payout_links?after_cursor=payout_link_none")).status).toBe(422);
  });

  test("the required fields of a recipient", async () => {
    const personal_address = {
      ...{ line1: "1 Main St", city: "Springfield", region: "IL" },
      ...{ postal_code: "62704", country: "USA" },
    };
    const person = {
      type: "PERSONAL",
      identity_roles: ["RECIPIENT"],
      entity: { first_name: "Ada", last_name: "Lovelace", personal_address },
    };
    const made = await json(send("POST", "/identities", person));
    expect(await json(send("GET", `/identities/${made.id}`))).toMatchObject({
      id: made.id,
      type: "PERSONAL",
    });
    expect(await json(send("GET", "/identities"))).toMatchObject({
      _embedded: { identities: [{ id: made.id }] },
    });
    const named = { ...person, entity: { ...person.entity, business_name: "Engines" } };
    expect((await send("POST", "/identities", named)).status).toBe(422);
    expect((await send("POST", "/identities", { ...person, type: "BUSINESS" })).status).toBe(422);
  });
});

describe("a link", () => {
  test("is shown as Finix shows it", async () => {
    const reply = await send("POST", "/payout_links", { ...linkBody, tags: { collectEmail: false } });
    expect(reply.status).toBe(201);
    expect(await reply.json()).toMatchObject({
      id: expect.stringMatching(/^payout_link_/),
      ...linkBody,
      state: "ACTIVE",
      tags: { collectEmail: false },
      link_url: expect.stringContaining(fake.url),
      link_expires_at: expect.stringMatching(/Z$/),
      recipient_details: null,
    });
  });

  test("is claimed, fails, is claimed again and pays, by the buttons of its page", async () => {
    const link = await json(send("POST", "/payout_links", linkBody));
    const url = link.link_url as string;
    const press = (step: string) =>
      fetch(url, { method: "POST", body: new URLSearchParams({ step }), redirect: "manual" });
    expect(await (await fetch(url)).text()).toContain('value="claim"');
    for (const [step, state] of [
      ["claim", "AWAITING_PAYOUT"],
      ["fail", "ACTIVE"],
      ["claim", "AWAITING_PAYOUT"],
      ["pay", "COMPLETED"],
    ] as const) {
      expect((await press(step)).status).toBe(303);
      expect(await stateOf(link.id as string)).toBe(state);
    }
    expect((await press("claim")).status).toBe(409);
    expect((await press("fly")).status).toBe(400);
    expect((await fetch(`${fake.url}/pay/none`)).status).toBe(404);
  });

  test("is deactivated while it is active, and again", async () => {
    const id = await newLink();
    for (const _ of ["first", "second"])
      expect(await json(send("PUT", `/payout_links/${id}`, { state: "DEACTIVATED" }))).toMatchObject({
        state: "DEACTIVATED",
      });
    expect((await send("PUT", `/payout_links/${id}`, { recipient_details: {} })).status).toBe(422);
    const claimed = await newLink();
    fake.claim(claimed);
    expect((await send("PUT", `/payout_links/${claimed}`, { state: "DEACTIVATED" })).status).toBe(422);
  });

  test("is listed newest first, page by page, forwards and back", async () => {
    const ids = [await newLink(), await newLink(), await newLink()].reverse();
    fake.books.links.make(linkBody as never, Date.now() - 3_600_000);
    const page = (query: string) =>
      json(send("GET", `/payout_links?${query}`)) as Promise<{
        _embedded: { payout_links: { id: string }[] };
        page: { next_cursor: string | null };
      }>;
    const idsOf = (found: Awaited<ReturnType<typeof page>>) =>
      found._embedded.payout_links.map(({ id }) => id);
    const first = await page("limit=2");
    const second = await page(`limit=1&after_cursor=${first.page.next_cursor}`);
    expect([...idsOf(first), ...idsOf(second)]).toEqual(ids);
    expect(idsOf(await page(`limit=2&before_cursor=${ids[2]}`))).toEqual([ids[1], ids[0]]);
    const all = await page("limit=100");
    expect(all.page.next_cursor).toBeNull();
    fake.books.order = "oldest first";
    expect(idsOf(await page("limit=100"))).toEqual(idsOf(all).toReversed());
    fake.books.order = "newest first";
  });

  test("expires by itself, and by command", async () => {
    const lapsed = fake.books.links.make(linkBody as never, Date.now() - 600_001);
    expect(await stateOf(lapsed.id)).toBe("EXPIRED");
    const id = await newLink();
    fake.expire(id);
    expect(fake.links().find((link) => link.id === id)).toEqual({
      id,
      isLive: false,
      isPaid: false,
      amountMinor: 100_000n,
    });
    expect(() => fake.claim(id)).toThrow();
  });

  test("sends events as its webhook is set up", async () => {
    const id = await newLink();
    const { headers: bearer, body } = fake.webhook(id, "canary-token");
    expect(bearer.authorization).toBe("Bearer canary-token");
    expect(JSON.parse(body)).toMatchObject({
      entity: "payout_link",
      type: "created",
      _embedded: { payout_links: [{ id }] },
    });
    expect(fake.webhook(id, "user:canary").headers.authorization).toBe(`Basic ${btoa("user:canary")}`);
  });
});

describe("a fault strikes", () => {
  const kinds: readonly ProviderFault["kind"][] = ["reset", "error500", "rateLimit", "garbage", "cut"];
  test.each(kinds)("%s: before, and nothing is done; after, and it is", async (kind) => {
    for (const [when, more] of [
      ["before", 0],
      ["after", 1],
    ] as const) {
      const before = fake.links().length;
      fake.inject({ kind, when, method: "POST" });
      expect((await send("GET", "/payout_links")).status).toBe(200);
      const outcome = await send("POST", "/payout_links", linkBody).then(
        ({ status }) => status,
        () => "lost",
      );
      const expected = { reset: "lost", error500: 500, rateLimit: 429, garbage: 200, cut: 201, timeout: 0 };
      expect(outcome).toBe(expected[kind]);
      expect(fake.links().length - before).toBe(more);
    }
    expect(await newLink()).toMatch(/^payout_link_/);
  });

  test("timeout: no answer, as often as it is told", async () => {
    fake.inject({ kind: "timeout", when: "after", times: 2 });
    for (const _ of ["first", "second"])
      await expect(
        fetch(`${fake.url}/payout_links`, { headers, signal: AbortSignal.timeout(100) }),
      ).rejects.toThrow();
    expect((await send("GET", "/payout_links")).status).toBe(200);
    expect(fake.requests().at(-1)).toEqual({ method: "GET", path: "/payout_links" });
  });
});
