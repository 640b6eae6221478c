import { afterAll, beforeAll, expect, it } from "vitest";
import { callGrpcJs, type TestCall } from "../support/clients/clients.ts";
import { startService, temporaryFolder } from "../support/service/service.ts";

const oldKey = Buffer.alloc(32, 1).toString("base64");
const newKey = Buffer.alloc(32, 2).toString("base64");
const money = { amount: { minor_amount: "1000", currency: "USD" }, destination_currency: "USD" };
const link = (more: object = {}): TestCall => ({
  rpc: "createLink",
  headers: { "x-connector": "sandbox" },
  body: { merchant_payout_id: "rotated", ...money, link_options: { nickname: "Ada" }, ...more },
});
const get: TestCall = { ...link(), rpc: "get", body: { merchant_payout_id: "rotated" } };

const folder = temporaryFolder();
afterAll(() => folder.remove());

/** Calls a service that has these keys, and ends it. */
async function callWith(keys: string, calls: readonly TestCall[]) {
  const service = await startService({
    environment: {
      SLUICE_DATABASE_URL: `sqlite:${folder.path}/sluice.db`,
      SLUICE_PUBLIC_URL: "https://pay.example.com",
      SLUICE_KEY: keys,
    },
  });
  const told = [];
  for (const call of calls) told.push(await callGrpcJs(service, call));
  await service.stop();
  return told;
}

let first: Awaited<ReturnType<typeof callWith>>[number] | undefined;
beforeAll(async () => {
  [first] = await callWith(oldKey, [link()]);
});

it("knows links and calls of the key before, once there is a new one", async () => {
  const [repeat, shown, other] = await callWith(`${newKey},${oldKey}`, [
    link(),
    get,
    link({ description: "b" }),
  ]);
  expect(first?.reply).toMatchObject({ payout_link: { nickname: "Ada" } });
  expect(repeat?.reply).toEqual(first?.reply);
  expect(shown?.reply).toEqual(first?.reply);
  expect(other).toMatchObject({
    code: "ALREADY_EXISTS",
    message: expect.stringContaining("in: description."),
  });
});

it("does not take a repeat for another call because its key is gone", async () => {
  const [repeat] = await callWith(newKey, [link()]);
  expect(repeat).toMatchObject({ code: "INTERNAL", message: expect.stringContaining("SLUICE_KEY") });
  expect(repeat?.message).not.toMatch(/differs/);
});
