import { inspect } from "node:util";
import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { type Connector, PayoutStatus } from "../../connector/contract.ts";
import { createHttpClient } from "../../connector/http/client.ts";
import { PayoutServiceGetRequestSchema } from "../../gen/types/payout_pb.ts";
import { type Keys, parseKeys } from "../../security/keys.ts";
import { Secret } from "../../security/secret.ts";
import { createLog } from "../../telemetry/log.ts";
import type { PayoutRequest } from "../request/payout-request.ts";
import { callProvider, type ProviderCall } from "./provider-call.ts";

const log = createLog({ level: "silent" });
const [first, second] = [1, 2].map((byte) => Buffer.alloc(32, byte).toString("base64"));
const somePayout: NonNullable<ProviderCall["payout"]> = {
  id: "01990000-0000-7000-8000-000000000000",
  merchantPayoutId: "order-1",
  connectorPayoutId: undefined,
  status: PayoutStatus.PENDING,
  amountMinor: 1000n,
  currency: "USD",
  destinationCurrency: "USD",
  linkExpiresAtMs: undefined,
};
const scope = { tenantId: "public", merchantId: "merchant" };

/** Calls Get of a connector that answers the id that it was given, or one that it has made. */
async function getWithId(
  id: string | undefined,
  keys: Keys,
  differing: Partial<ProviderCall["route"]> = {},
  payout?: ProviderCall["payout"],
) {
  const seen: (string | undefined)[] = [];
  const connector = {
    name: "acme",
    hosts: { live: "https://acme.example", test: "https://acme.example" },
    idempotency: { windowMs: 1 },
    secretIds: true,
    get: async ({ connectorPayoutId }: { connectorPayoutId?: string }) => {
      seen.push(connectorPayoutId);
      return { payoutStatus: PayoutStatus.PENDING, connectorPayoutId: connectorPayoutId || "canary_token" };
    },
  } as unknown as Connector;
  const client = createHttpClient(connector, { log, now: Date.now });
  const message = create(PayoutServiceGetRequestSchema, id === undefined ? {} : { connectorPayoutId: id });
  const ended = await callProvider(
    { client: () => client, keys, log, now: Date.now },
    {
      operation: "get",
      request: message as unknown as PayoutRequest,
      route: {
        connector,
        credentials: {},
        config: new Secret("{}"),
        scope,
        idempotencyKey: undefined,
        ...differing,
      },
      payout,
      idempotencyKey: "",
      sendCount: 1,
      startedAtMs: Date.now(),
      deadlineMs: Date.now() + 1000,
      guard: { beforeFirstEffect: async () => {}, beforeSend: () => {} },
    },
  );
  return { ended, seen, id: ended.kind === "final" ? (ended.reply.connectorPayoutId ?? "") : "" };
}

const oneKey = parseKeys(first as string);

describe("an id that opens what it names", () => {
  it("leaves sealed, and reaches the connector as it is", async () => {
    const made = await getWithId(undefined, oneKey);
    expect(made.id).toMatch(/^sealed_[\w-]{40,}$/);
    expect(Buffer.from(made.id.slice(7), "base64url").includes("canary")).toBe(false);
    const again = await getWithId(made.id, oneKey);
    expect(again.seen).toEqual(["canary_token"]);
    expect(again.id).toBe(made.id);
  });

  it("stays as callers know it where only the payout tells it", async () => {
    const { id } = await getWithId(undefined, oneKey);
    const again = await getWithId(undefined, oneKey, {}, { ...somePayout, connectorPayoutId: id });
    expect(again.id).toBe(id);
  });

  it("opens after a rotation while the former key is there, and says so where it is not", async () => {
    const { id } = await getWithId(undefined, oneKey);
    expect((await getWithId(id, parseKeys(`${second},${first}`))).seen).toEqual(["canary_token"]);
    const { ended, seen } = await getWithId(id, parseKeys(second as string));
    expect(seen).toEqual([]);
    expect(ended).toMatchObject({
      kind: "not_sent",
      error: { reason: "INVALID_DATA_FORMAT", message: expect.stringContaining("SLUICE_KEY") },
    });
  });

  it.each([
    ["another merchant", { scope: { ...scope, merchantId: "other" } }],
    ["another tenant", { scope: { ...scope, tenantId: "other" } }],
  ])("does not open for %s", async (_, differing) => {
    const { id } = await getWithId(undefined, oneKey);
    const { ended, seen } = await getWithId(id, oneKey, differing);
    expect([ended.kind, seen]).toEqual(["not_sent", []]);
  });

  it.each(["canary_token", "sealed_", "sealed_AAAA", "sealed_%00"])(
    "is refused as %s, which is never repeated",
    async (text) => {
      const { ended, seen } = await getWithId(text, oneKey);
      expect(ended).toMatchObject({ kind: "not_sent", error: { field: "connector_payout_id" } });
      expect(seen).toEqual([]);
      expect(inspect(ended)).not.toContain("canary");
    },
  );
});
