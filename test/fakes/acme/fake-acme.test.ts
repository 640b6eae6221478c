import { afterEach, beforeEach, expect, it } from "vitest";
import type { ProviderFake } from "../../support/stages/provider-fake.ts";
import { startFake } from "./fake.ts";

let fake: ProviderFake;
beforeEach(async () => {
  fake = await startFake();
});
afterEach(() => fake.close());

const link = { amount: 1000, currency: "USD" };

async function post(body: object, headers: Record<string, string> = {}, path = "/v1/links") {
  const response = await fetch(fake.url + path, {
    method: "POST",
    headers: { authorization: "Bearer acme_test_canary", ...headers },
    body: JSON.stringify(body),
  });
  const json = (await response.json()) as { id?: string; error?: { code: string } };
  return { status: response.status, id: json.id, code: json.error?.code };
}

it("makes one link for a key, and refuses the key for another body", async () => {
  const key = { "idempotency-key": "key-1" };
  const first = await post(link, key);
  expect(first).toMatchObject({ status: 201, id: expect.stringMatching(/^lnk_/) });
  expect(await post(link, key)).toEqual(first);
  expect(await post({ ...link, amount: 2 }, key)).toMatchObject({
    status: 409,
    code: "idempotency_key_reused",
  });
  expect((await post(link)).id).not.toBe(first.id);
  expect(fake.links()).toHaveLength(2);
});

it.each<[string, object, Record<string, string>, number]>([
  ["a wrong key", link, { authorization: "Bearer live_1" }, 401],
  ["an unknown field", { ...link, colour: "red" }, {}, 400],
  ["an amount in words", { ...link, amount: "1000" }, {}, 400],
  ["too much", { ...link, amount: 2_000_000 }, {}, 422],
])("refuses %s", async (_name, body, headers, status) => {
  expect(await post(body, headers)).toMatchObject({ status });
  expect(fake.links()).toEqual([]);
});

it("does not cancel a paid link", async () => {
  const { id = "" } = await post(link);
  fake.pay(id);
  expect(await post({}, {}, `/v1/links/${id}/cancel`)).toMatchObject({
    status: 409,
    code: "link_already_paid",
  });
});

it("strikes before and after the effect", async () => {
  fake.inject({ kind: "error500", when: "before", method: "POST" });
  fake.inject({ kind: "error500", when: "after", method: "POST" });
  for (const links of [0, 1]) {
    expect(await post(link)).toMatchObject({ status: 500 });
    expect(fake.links()).toHaveLength(links);
  }
});
