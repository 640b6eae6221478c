import { randomUUIDv7 } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callGrpcJs, linkOf, type TestCall } from "../support/clients/clients.ts";
import { type RunningService, root, startService, temporaryFolder } from "../support/service/service.ts";
import { type OwnLinksProvider, startOwnLinksProvider } from "../support/stages/own-links-provider.ts";

/** Connectors that can only pay: the core makes their links, and answers for them until they are paid. */
describe("a connector that can only pay", () => {
  const folder = temporaryFolder();
  let provider: OwnLinksProvider;
  let service: RunningService;
  beforeAll(async () => {
    provider = await startOwnLinksProvider();
    service = await startService({
      environment: {
        SLUICE_DATABASE_URL: `sqlite:${folder.path}/sluice.db`,
        SLUICE_CONNECTORS_DIR: `${root}test/connectors/own-links`,
        SLUICE_BY_KEY_URL: provider.url,
        SLUICE_BY_LOOKUP_URL: provider.url,
      },
    });
  });
  afterAll(async () => {
    await service.kill();
    await provider.close();
    folder.remove();
  });

  const byKey = { "x-connector-config": '{"config":{"ByKey":{"api_key":"sk_test_canary"}}}' };
  const money = { amount: { minor_amount: "1000", currency: "USD" }, destination_currency: "USD" };
  const call = (rpc: TestCall["rpc"], body: object, headers: Readonly<Record<string, string>> = byKey) =>
    callGrpcJs(service, { rpc, headers, body: body as TestCall["body"] });
  const createLink = (link_options: object, id: string = randomUUIDv7()) =>
    call("createLink", { merchant_payout_id: id, ...money, link_options });
  const account = (number: string) => ({
    payout_method_data: {
      ach: { bank_account_number: { value: number }, bank_routing_number: { value: "110000000" } },
    },
  });

  it("has links, which nobody at the provider hears of", async () => {
    const name = { merchant_payout_id: "order-1" };
    const made = await createLink({ description: "Refund", nickname: "First" }, "order-1");
    expect(made.reply).toMatchObject({ payout_status: "REQUIRES_PAYOUT_METHOD_DATA", status_code: 200 });
    expect(linkOf(made).url).toContain("/l/");
    expect((await createLink({ description: "Refund", nickname: "First" }, "order-1")).reply).toEqual(
      made.reply,
    );
    const got = await call("get", name);
    expect(got.reply).toMatchObject({ payout_status: "REQUIRES_PAYOUT_METHOD_DATA", status_code: 200 });
    expect(linkOf(got)).toMatchObject({ url: linkOf(made).url, state: "LINK_STATE_ACTIVE" });
    for (let round = 0; round < 2; round++)
      expect((await call("void", name)).reply).toMatchObject({ payout_status: "CANCELLED" });
    expect(linkOf(await call("get", name)).state).toBe("LINK_STATE_CANCELLED");
    expect(provider.requests).toEqual([]);
  });

  it("answers for paid ones from the ledger, and cannot cancel them", async () => {
    const name = { merchant_payout_id: "order-2" };
    await createLink({}, "order-2");
    const paid = await call("transfer", { ...name, ...money, ...account("000123456789") });
    expect(paid.reply).toMatchObject({ payout_status: "SUCCESS" });
    expect((await call("get", name)).reply).toMatchObject({ payout_status: "SUCCESS" });
    const late = await call("void", name);
    expect(late).toMatchObject({ code: "UNIMPLEMENTED", reason: "UNSUPPORTED_OPERATION" });
  });

  it("cancels one whose payment failed", async () => {
    const name = { merchant_payout_id: "order-3" };
    await createLink({}, "order-3");
    const refused = await call("transfer", { ...name, ...money, ...account("000000004002") });
    expect(refused.reply).toMatchObject({ payout_status: "FAILED" });
    expect((await call("void", name)).reply).toMatchObject({ payout_status: "CANCELLED" });
  });

  it("knows nothing of payouts that are not its links", async () => {
    const told = await call("get", { connector_payout_id: "transfer_999" });
    expect(told).toMatchObject({ reason: "UNSUPPORTED_OPERATION" });
  });

  it("is said to have the RPCs of its links", async () => {
    const told = await call("create", { ...money, merchant_payout_id: "order-4" });
    expect(told).toMatchObject({
      reason: "UNSUPPORTED_OPERATION",
      message: expect.stringContaining(
        "It supports: Transfer, Get, Void, CreateLink, EnrollDisburseAccount.",
      ),
    });
  });

  it.each<[object, string]>([
    [{ delivery: { method: "DELIVERY_METHOD_EMAIL" } }, "link_options.delivery"],
    [{ allowed_methods: ["PAYOUT_METHOD_KIND_PIX"] }, "cannot pay by PAYOUT_METHOD_KIND_PIX"],
    [
      { allowed_methods: ["PAYOUT_METHOD_KIND_US_BANK", "PAYOUT_METHOD_KIND_UNSPECIFIED"] },
      "link_options.allowed_methods",
    ],
  ])("refuses %j", async (options, words) => {
    const told = await createLink(options);
    expect(told).toMatchObject({ code: "INVALID_ARGUMENT", message: expect.stringContaining(words) });
  });

  it("takes what it has", async () => {
    const options = { allowed_methods: ["PAYOUT_METHOD_KIND_US_BANK"], fulfilment: "FULFILMENT_MANUAL" };
    expect((await createLink(options)).reply).toMatchObject({ status_code: 200 });
  });

  it("cannot wait for Transfer where it keeps no accounts", async () => {
    const body = { ...money, link_options: { fulfilment: "FULFILMENT_MANUAL" } };
    const told = await call("createLink", body, { "x-connector": "by-lookup" });
    expect(told).toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringMatching(/link_options.fulfilment.*EnrollDisburseAccount/),
    });
  });
});

it("has no links where nobody could say how to be paid", async () => {
  const folder = temporaryFolder();
  const service = await startService({
    environment: {
      SLUICE_DATABASE_URL: `sqlite:${folder.path}/sluice.db`,
      SLUICE_CONNECTORS_DIR: `${root}test/connectors/euros-only`,
    },
  });
  const money = { amount: { minor_amount: "1000", currency: "EUR" }, destination_currency: "EUR" };
  const told = await callGrpcJs(service, {
    rpc: "createLink",
    headers: { "x-connector": "euros-only" },
    body: money,
  });
  expect(told).toMatchObject({
    reason: "UNSUPPORTED_OPERATION",
    message: expect.stringContaining("Its methods are not listed"),
  });
  await service.kill();
  folder.remove();
});
