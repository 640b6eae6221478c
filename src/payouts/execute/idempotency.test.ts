import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { aLink } from "../../../test/support/stores/ledger-facts.ts";
import { type Connector, secret } from "../../connector/contract.ts";
import type { Link } from "../../core/payout.ts";
import { Currency } from "../../gen/types/money_pb.ts";
import { PayoutServiceTransferRequestSchema } from "../../gen/types/payout_pb.ts";
import type { Intent } from "../../ledger/ledger.ts";
import { parseKeys } from "../../security/keys.ts";
import { Secret } from "../../security/secret.ts";
import type { PayoutRequest } from "../request/payout-request.ts";
import type { Route } from "../request/route.ts";
import { differingFields, hashRequest, paymentKey, providerKey } from "./idempotency.ts";

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
const hashOf = (more = {}, to = route(), by = key) =>
  hashRequest({ operation: "transfer", request: request(more), route: to }, by);
const differs = (more: object, to = route()) => differingFields(hashOf().fields, hashOf(more, to).fields);

describe("a request hash", () => {
  it.each<[string, object]>([
    ["amount", { amount: { minorAmount: 1001n, currency: Currency.USD } }],
    ["amount", { amount: { minorAmount: 1000n, currency: Currency.EUR } }],
    ["destination_currency", { destinationCurrency: Currency.EUR }],
    ["description", { description: "another" }],
    ["merchant_payout_id", { merchantPayoutId: "order-2" }],
    ["connector_payout_id", { connectorPayoutId: "acct_1" }],
    ["webhook_url", { webhookUrl: "https://example.com" }],
  ])("tells another %s, by name", (field, more) => {
    expect(hashOf(more).whole).not.toBe(hashOf().whole);
    expect(differs(more)).toEqual([field]);
  });

  it("tells another connector, and another account to pay from", () => {
    const other = { ...acme, name: "other" } as Connector;
    expect(differs({}, route({}, other))).toEqual(["x-connector"]);
    expect(differs({}, route({ account: "fa_2" }))).toEqual(["x-connector-config"]);
    expect(hashOf({}, route({}, other)).whole).not.toBe(hashOf().whole);
  });

  it("is the same with a rotated secret, and another access token", () => {
    expect(hashOf({}, route({ api_key: new Secret("sk_test_canary_2") }))).toEqual(hashOf());
    expect(hashOf({ accessToken: { token: { value: "token_canary" } } })).toEqual(hashOf());
  });

  it("is the same again with the key that it names, once that has been rotated", () => {
    const rotated = parseKeys(`${newKey},${oldKey}`);
    const now = hashOf({}, route(), rotated.current);
    expect(now.whole).not.toBe(hashOf().whole);
    expect(rotated.byId(hashOf().fields.key ?? "")?.id).toBe(key.id);
    expect(hashOf({}, route(), rotated.byId(hashOf().fields.key ?? ""))).toEqual(hashOf());
  });

  it("holds nothing of the request, and cannot be guessed without the key", () => {
    const other = hashOf({}, route(), parseKeys(newKey).current);
    expect(JSON.stringify(hashOf())).not.toMatch(/1000|order-1|canary|fa_1/);
    expect(other.fields.amount).not.toBe(hashOf().fields.amount);
  });
});

describe("the dedupe key of a payment", () => {
  const link = (claimRound: number): Link => ({
    ...aLink(),
    state: "ACTIVE",
    claimRound,
    openedAtMs: undefined,
    claimedAtMs: undefined,
    completedAtMs: undefined,
    hosted: undefined,
  });
  const payout = (merchantPayoutId: string | undefined, claimRound?: number) => ({
    merchantPayoutId,
    id: "payout-1",
    link: claimRound === undefined ? undefined : link(claimRound),
  });

  it("is one for each claim round of a link, and as ever for the first", () => {
    expect(paymentKey(payout("order-1"))).toBe("merchant:order-1");
    expect(paymentKey(payout("order-1", 1))).toBe("merchant:order-1");
    expect(paymentKey(payout(undefined, 1))).toBe("payout:payout-1");
    const all = [1, 2, 3, 21].map((round) => paymentKey(payout("order-1", round)));
    expect(new Set(all).size).toBe(4);
  });

  it.each(["order-1#2", "entry 2 merchant:order-1", "2", "order-1 2"])(
    "is never that of another payout, even one called %s",
    (name) => {
      const others = [1, 2, 3].map((round) => paymentKey(payout(name, round)));
      for (const round of [1, 2, 3]) expect(others).not.toContain(paymentKey(payout("order-1", round)));
    },
  );
});

describe("the provider's key", () => {
  const intent: Intent = {
    scope: { tenantId: "tenant", merchantId: "merchant" },
    attemptId: "attempt-1",
    operation: "transfer",
    dedupeKey: "merchant:order-1",
    requestHash: "",
    fieldHashes: {},
    initiator: "caller",
    startedAtMs: 1,
    lease: { owner: "process", untilMs: 2 },
    payout: undefined,
  };

  it("is one for one operation, whichever attempt and process sends it", () => {
    const again = {
      ...intent,
      attemptId: "attempt-2",
      startedAtMs: 3,
      lease: { owner: "other", untilMs: 4 },
    };
    expect(providerKey(intent)).toMatch(/^[0-9a-f]{64}$/);
    expect(providerKey(again)).toBe(providerKey(intent));
  });

  it.each<[string, Partial<Intent>]>([
    ["tenant", { scope: { tenantId: "other", merchantId: "merchant" } }],
    ["merchant", { scope: { tenantId: "tenant", merchantId: "other" } }],
    ["operation", { operation: "create" }],
    ["payout", { dedupeKey: "merchant:order-2" }],
    ["share of the names", { scope: { tenantId: "tenantm", merchantId: "erchant" } }],
  ])("differs for another %s", (_name, other) => {
    expect(providerKey({ ...intent, ...other })).not.toBe(providerKey(intent));
  });
});
