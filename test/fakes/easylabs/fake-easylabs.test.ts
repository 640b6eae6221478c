import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ProviderFault } from "../../support/stages/provider-fake.ts";
import { type EasyLabsFake, startFake } from "./fake.ts";

let fake: EasyLabsFake;
beforeAll(async () => {
  fake = await startFake();
});
afterAll(() => fake.close());

async function call(method: string, path: string, body?: unknown, key = "sk_test_canary_easylabs") {
  const response = await fetch(fake.url + path, {
    method,
    headers: { "x-easy-api-key": key },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: JSON.parse(text) as { readonly data?: unknown } };
}

const wanted = { amount: 1000, currency: "USD", description: "A bonus" };

async function made(): Promise<string> {
  await call("POST", "/treasury/payout-link/generate", wanted);
  return fake.links().at(-1)?.id ?? "";
}

describe("is strict about", () => {
  it.each([
    ["an unknown field", { ...wanted, metadata: {} }],
    ["another currency", { ...wanted, currency: "EUR" }],
    ["nothing", { ...wanted, amount: 0 }],
    ["cents in parts", { ...wanted, amount: 10.5 }],
    ["a long description", { ...wanted, description: "x".repeat(1001) }],
    ["a body that is not JSON", "amount=1000"],
  ])("%s", async (_, body) => {
    const before = fake.links().length;
    expect(await call("POST", "/treasury/payout-link/generate", body)).toMatchObject({
      status: 422,
      body: { success: false, error: { code: "VALIDATION_ERROR" } },
    });
    expect(fake.links()).toHaveLength(before);
  });

  it.each(["", "pk_test_canary", "sk_live_canary"])("the key %j", async (key) => {
    const reply = await call("POST", "/treasury/payout-link/generate", wanted, key);
    expect(reply).toMatchObject({ status: 401, body: { success: false } });
  });

  it("paths, queries, and whose link it is", async () => {
    const token = await made();
    expect((await call("GET", "/treasury/payout-link")).status).toBe(404);
    expect((await call("DELETE", `/treasury/payout-link/${token}`)).status).toBe(404);
    expect((await call("GET", "/treasury/payout-links?status=pending")).status).toBe(422);
    expect((await call("GET", `/treasury/payout-link/${token}`, undefined, "sk_test_other")).status).toBe(
      404,
    );
  });
});

describe("a link", () => {
  it("is claimed once, asked for again when its payment fails, and paid", async () => {
    const token = await made();
    const shown = async () => (await call("GET", `/treasury/payout-link/${token}`)).body.data;
    expect(await shown()).toMatchObject({ status: "pending", recipient_id: null, transaction_id: null });
    fake.claim(token);
    expect(() => fake.claim(token)).toThrow(RangeError);
    const { transaction_id: id } = (await shown()) as { transaction_id: string };
    expect((await call("GET", `/treasury/transactions/${id}`)).body.data).toMatchObject({
      status: "processing",
    });
    fake.fail(token);
    expect(await shown()).toMatchObject({ status: "pending", transaction_id: id });
    fake.claim(token);
    fake.pay(token);
    expect(await shown()).toMatchObject({ status: "completed" });
    expect(fake.links().find((link) => link.id === token)).toMatchObject({ isLive: false, isPaid: true });
  });

  it("is claimed by a person on its page", async () => {
    const token = await made();
    const page = new URL(`/pay/${token}`, fake.url);
    expect(await (await fetch(page)).text()).toContain("10.00 USD for you: A bonus");
    expect(fake.link(token).status).toBe("pending");
    await fetch(page, { method: "POST", body: new URLSearchParams({ do: "claim" }) });
    expect(fake.link(token).status).toBe("claimed");
    await fetch(page, { method: "POST", body: new URLSearchParams({ do: "fail" }) });
    expect(fake.link(token).status).toBe("pending");
    expect((await fetch(new URL("/pay/nobody", fake.url))).status).toBe(404);
  });

  it("is not claimed after its end", async () => {
    const token = await made();
    fake.expire(token);
    expect(() => fake.claim(token)).toThrow(RangeError);
  });

  it("is listed, the newest first, a page at a time", async () => {
    for (let count = 0; count < 30; count++) await made();
    const total = fake.links().length;
    const first = (await call("GET", "/treasury/payout-links?limit=100")).body.data as { token: string }[];
    const rest = (await call("GET", "/treasury/payout-links?limit=100&offset=25")).body.data as object[];
    expect(first[0]?.token).toBe(fake.links().at(-1)?.id);
    expect([first.length, rest.length]).toEqual([25, total - 25]);
  });
});

it.each<[ProviderFault["kind"], number | undefined]>([
  ["reset", undefined],
  ["garbage", undefined],
  ["cut", undefined],
  ["error500", 500],
  ["rateLimit", 429],
])("strikes with %s, before or after the effect", async (kind, status) => {
  const before = fake.links().length;
  for (const when of ["before", "after"] as const) {
    fake.inject({ kind, when, method: "POST" });
    expect((await call("GET", "/treasury/payout-links")).status).toBe(200);
    const struck = call("POST", "/treasury/payout-link/generate", wanted);
    if (status === undefined) await expect(struck).rejects.toThrow();
    else expect((await struck).status).toBe(status);
  }
  expect(fake.links()).toHaveLength(before + 1);
});

it("signs webhooks that name no link", async () => {
  const token = await made();
  const { headers, body } = fake.webhook(token, "whsec_canary");
  const expected = createHmac("sha256", "whsec_canary").update(body).digest("hex");
  expect(headers["x-easy-webhook-signature"]).toBe(`sha256=${expected}`);
  expect(body).not.toContain(token);
});
