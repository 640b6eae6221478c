import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type Connector, secret } from "../../connector/contract.ts";
import { Currency } from "../../gen/types/money_pb.ts";
import { PayoutServiceTransferRequestSchema } from "../../gen/types/payout_pb.ts";
import { parseKeys } from "../../security/keys.ts";
import { Secret } from "../../security/secret.ts";
import type { PayoutRequest } from "../request/payout-request.ts";
import type { Route } from "../request/route.ts";
import { differingFields, fingerprint } from "./fingerprint.ts";

const oldKey = Buffer.alloc(32, 1).toString("base64");
const newKey = Buffer.alloc(32, 2).toString("base64");
const key = parseKeys(oldKey).current;
const credentials = z.object({ api_key: secret(), account: z.string() });
const acme = { name: "acme", credentials } as unknown as Connector;
const route = (fields: object = {}, connector = acme): Route => ({
  connector,
  credentials: { api_key: new Secret("sk_test_canary"), account: "fa_1", ...fields },
  config: new Secret("{}"),
  scope: { tenantId: "public", merchantId: "merchant" },
  idempotencyKey: undefined,
});
type Init = MessageInitShape<typeof PayoutServiceTransferRequestSchema>;
const request = (more: Init) =>
  create(PayoutServiceTransferRequestSchema, {
    merchantPayoutId: "order-1",
    amount: { minorAmount: 1000n, currency: Currency.USD },
    ...more,
  } as Init) as unknown as PayoutRequest;
const print = (more = {}, to = route(), by = key) => fingerprint("transfer", request(more), to, by);
const differs = (more: object, to = route()) => differingFields(print().fields, print(more, to).fields);

describe("a fingerprint", () => {
  it.each<[string, object]>([
    ["amount", { amount: { minorAmount: 1001n, currency: Currency.USD } }],
    ["amount", { amount: { minorAmount: 1000n, currency: Currency.EUR } }],
    ["destination_currency", { destinationCurrency: Currency.EUR }],
    ["description", { description: "another" }],
    ["merchant_payout_id", { merchantPayoutId: "order-2" }],
    ["connector_payout_id", { connectorPayoutId: "acct_1" }],
    ["webhook_url", { webhookUrl: "https://example.com" }],
  ])("tells another %s, by name", (field, more) => {
    expect(print(more).whole).not.toBe(print().whole);
    expect(differs(more)).toEqual([field]);
  });

  it("tells another connector, and another account to pay from", () => {
    const other = { ...acme, name: "other" } as Connector;
    expect(differs({}, route({}, other))).toEqual(["x-connector"]);
    expect(differs({}, route({ account: "fa_2" }))).toEqual(["x-connector-config"]);
    expect(print({}, route({}, other)).whole).not.toBe(print().whole);
  });

  it("is the same with a rotated secret, and another access token", () => {
    expect(print({}, route({ api_key: new Secret("sk_test_canary_2") }))).toEqual(print());
    expect(print({ accessToken: { token: { value: "token_canary" } } })).toEqual(print());
  });

  it("is the same again with the key that it names, once that has been rotated", () => {
    const rotated = parseKeys(`${newKey},${oldKey}`);
    const now = print({}, route(), rotated.current);
    expect(now.whole).not.toBe(print().whole);
    expect(rotated.byId(print().fields.key ?? "")?.id).toBe(key.id);
    expect(print({}, route(), rotated.byId(print().fields.key ?? ""))).toEqual(print());
  });

  it("holds nothing of the request, and cannot be guessed without the key", () => {
    const other = print({}, route(), parseKeys(newKey).current);
    expect(JSON.stringify(print())).not.toMatch(/1000|order-1|canary|fa_1/);
    expect(other.fields.amount).not.toBe(print().fields.amount);
  });
});
