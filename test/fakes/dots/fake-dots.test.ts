import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { webhook } from "../../../connectors/dots/webhook.ts";
import { Secret } from "../../../src/security/secret.ts";
import type { ProviderFault } from "../../support/stages/provider-fake.ts";
import { type FakeDots, startFake } from "./fake.ts";

let fake: FakeDots;
beforeAll(async () => {
  fake = await startFake();
});
afterAll(() => fake.close());

interface Link {
  readonly id: string;
  readonly link: string;
  readonly status: string;
  readonly claimed_user_id: string | null;
}

async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const { client_id, api_key } = fake.credentials;
  const reply = await fetch(fake.url + path, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`${client_id}:${api_key}`).toString("base64")}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return { status: reply.status, body: (await reply.json()) as Link & Record<string, unknown> };
}

const make = async (more: object = {}) =>
  (await ask("POST", "/v2/payout-links", { amount: 1000, ...more })).body;
const read = async (id: string) => (await ask("GET", `/v2/payout-links/${id}`)).body;
const payments = async (user: string | null) => {
  const { body } = await ask("GET", `/v2/transfers?user_id=${user}&limit=100`);
  const data = body.data as { type: string; status: string; payout_link_id: string }[];
  return data.filter(({ type }) => type === "payout").map(({ status }) => status);
};

describe("is strict about", () => {
  it.each([
    ["an unknown field", { amount: 1000, currency: "USD" }],
    ["an amount of nothing", { amount: 0 }],
    ["an amount in text", { amount: "1000" }],
    ["a key that is no UUID", { amount: 1000, idempotency_key: "order-1" }],
    ["an unknown step", { amount: 1000, additional_steps: ["dance"] }],
    ["an unknown way of delivery", { amount: 1000, delivery: { method: "pigeon" } }],
    ["an unknown field of the payee", { amount: 1000, payee: { business_name: "Acme" } }],
    ["a phone number with a plus sign", { amount: 1000, payee: { phone_number: "+12025550139" } }],
    ["a body that is not JSON", "{"],
  ])("%s", async (_, body) => {
    expect(await ask("POST", "/v2/payout-links", body)).toMatchObject({
      status: 400,
      body: { code: "invalid-input" },
    });
  });

  it("credentials, apps, content type and paths", async () => {
    const wrong = { authorization: "Basic d3Jvbmc6d3Jvbmc=" };
    expect((await ask("GET", "/v2/transfers", undefined, wrong)).status).toBe(401);
    expect((await ask("GET", "/v2/transfers", undefined, { "api-app-id": "other" })).status).toBe(403);
    expect((await ask("GET", "/v2/transfers", undefined, { "api-app-id": fake.appId })).status).toBe(200);
    expect((await ask("POST", "/v2/payout-links", "{}", { "content-type": "text/plain" })).status).toBe(400);
    expect((await ask("GET", "/v2/payout-links/none")).status).toBe(404);
    expect((await ask("GET", "/v2/nothing")).status).toBe(404);
    expect((await ask("GET", "/v2/transfers?status=failed")).status).toBe(400);
  });

  it("who is reached by e-mail or SMS, and whom it knows", async () => {
    const link = (more: object) => ask("POST", "/v2/payout-links", { amount: 1000, ...more });
    const email = { delivery: { method: "email" } };
    expect((await link(email)).body).toMatchObject({ code: "user-info-missing-contact" });
    expect((await link({ ...email, payee: { email: "ada@example.com" } })).status).toBe(201);
    expect((await link({ ...email, user_id: fake.userId })).status).toBe(201);
    expect((await link({ user_id: "3c90c3cc-0d44-4b50-8888-8dd25736052a" })).status).toBe(404);
  });
});

describe("a link", () => {
  it("is claimed, its payment fails, the recipient tries again, and is paid", async () => {
    const { id, status } = await make();
    expect(status).toBe("created");
    fake.claim(id);
    const { claimed_user_id: user, status: claimed } = await read(id);
    expect(claimed).toBe("claimed");
    expect(await payments(user)).toEqual(["pending"]);
    expect(() => fake.claim(id)).toThrow("cannot be claimed");
    fake.fail(id);
    fake.claim(id);
    fake.pay(id);
    expect(await payments(user)).toEqual(["completed", "failed"]);
    expect(fake.links().find((each) => each.id === id)).toEqual({
      id,
      isLive: false,
      isPaid: true,
      amountMinor: 1000n,
    });
  });

  it("is the same for the same key and any body within a day, and then another", async () => {
    const idempotency_key = crypto.randomUUID();
    const first = await make({ idempotency_key });
    expect((await make({ idempotency_key, amount: 2000 })).id).toBe(first.id);
    expect((await make({ idempotency_key: crypto.randomUUID() })).id).not.toBe(first.id);
    fake.advanceMs(24 * 60 * 60 * 1000);
    expect((await make({ idempotency_key })).id).not.toBe(first.id);
  });

  it("is cancelled once, and not after it was claimed or has run out", async () => {
    const [open, claimed, expired] = [await make(), await make(), await make()];
    expect((await ask("DELETE", `/v2/payout-links/${open.id}`)).body.status).toBe("canceled");
    fake.claim(claimed.id);
    fake.expire(expired.id);
    for (const { id } of [open, claimed, expired])
      expect((await ask("DELETE", `/v2/payout-links/${id}`)).status).toBe(400);
    expect(() => fake.claim(open.id)).toThrow("it is canceled");
  });

  it("has a page that a person can click through", async () => {
    const { link, id } = await make();
    const press = (action: string) =>
      fetch(link, { method: "POST", body: new URLSearchParams({ action }), redirect: "manual" });
    expect(await (await fetch(link)).text()).toMatch(/10\.00 USD[\s\S]*value="claim"/);
    expect((await press("pay")).status).toBe(409);
    for (const action of ["claim", "fail", "claim", "pay"]) expect((await press(action)).status).toBe(303);
    expect(fake.links().find((each) => each.id === id)?.isPaid).toBe(true);
    expect((await fetch(link.replace(/\w+$/, "nobody"))).status).toBe(404);
  });
});

it("lists transfers page by page, newest first", async () => {
  for (const _ of [1, 2, 3]) fake.claim((await make({ user_id: fake.userId })).id);
  const page = async (after = "") => {
    const query = `user_id=${fake.userId}&limit=4${after && `&starting_after=${after}`}`;
    const { body } = await ask("GET", `/v2/transfers?${query}`);
    return body as unknown as { has_more: boolean; data: { id: string; created: string }[] };
  };
  const first = await page();
  const second = await page(first.data.at(-1)?.id);
  const created = [...first.data, ...second.data].map((each) => each.created);
  expect([first.has_more, second.has_more, created.length]).toEqual([true, false, 6]);
  expect(created).toEqual(created.toSorted().toReversed());
});

describe("plays", () => {
  const faulty = async (fault: ProviderFault) => {
    const before = fake.links().length;
    fake.inject(fault);
    const end = await Promise.race([
      ask("POST", "/v2/payout-links", { amount: 1 }).then(
        ({ status }) => status,
        () => "no reply",
      ),
      new Promise((resolve) => setTimeout(resolve, 200, "silence")),
    ]);
    return { end, made: fake.links().length - before };
  };

  it.each([
    ["reset", "no reply"],
    ["cut", "no reply"],
    ["garbage", "no reply"],
    ["timeout", "silence"],
    ["error500", 500],
    ["rateLimit", 429],
  ] as const)("%s, before and after the effect", async (kind, end) => {
    expect(await faulty({ kind, when: "before", method: "POST" })).toEqual({ end, made: 0 });
    expect(await faulty({ kind, when: "after", method: "POST" })).toEqual({ end, made: 1 });
  });

  it("a fault as often as it was asked to, on its method only", async () => {
    fake.inject({ kind: "error500", when: "before", method: "DELETE", times: 2 });
    const { id } = await make();
    const statuses = [];
    for (const _ of [1, 2, 3]) statuses.push((await ask("DELETE", `/v2/payout-links/${id}`)).status);
    expect(statuses).toEqual([500, 500, 200]);
  });
});

it("signs webhooks as the connector verifies them", async () => {
  const { id } = await make();
  const secret = `whsec_${Buffer.from("canary-of-the-fake").toString("base64")}`;
  const { headers, body } = fake.webhook(id, secret);
  const request = {
    header: (name: string) => [headers[name] ?? ""],
    body: Buffer.from(body),
    receivedAtMs: Date.now(),
  };
  expect(webhook.verify(request, [new Secret(secret)])).toBe(true);
  expect(webhook.read(request)).toMatchObject({ connectorPayoutIds: [id] });
});

it("answers late where it is told to", async () => {
  const slow = await startFake({ latencyMs: 50 });
  const startedAtMs = performance.now();
  await fetch(`${slow.url}/v2/transfers`);
  expect(performance.now() - startedAtMs).toBeGreaterThan(45);
  await slow.close();
});
