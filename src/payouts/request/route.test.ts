import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type Connector, secret } from "../../connector/contract.ts";
import { createRegistry } from "../../connector/registry.ts";
import { RawMetadata } from "../../edge/dispatch/incoming-call.ts";
import type { Secret } from "../../security/secret.ts";
import { readRoute } from "./route.ts";

const acme = {
  name: "acme",
  configKey: "Acme",
  credentials: z.object({ api_key: secret(), account: z.string().optional() }),
  legacyHeaders: { "x-api-key": "api_key", "x-key1": "account" },
} as unknown as Connector;
const bare = { name: "bare", configKey: "Bare", credentials: z.strictObject({}) } as unknown as Connector;
const registry = createRegistry([acme, bare]);
const scope = { tenantId: "tenant", merchantId: "merchant" };
const read = (...headers: readonly string[]) =>
  readRoute({ metadata: new RawMetadata(headers), scope }, registry);
const config = (fields: string) => ["x-connector-config", `{"config":{"Acme":${fields}}}`] as const;
const good = config('{"api_key":"sk_test_canary"}');
const keyOf = (route: ReturnType<typeof read>) => (route.credentials.api_key as Secret).reveal();

/** What a call with these headers is refused with. */
function refusal(...headers: readonly string[]) {
  try {
    read(...headers);
  } catch (error) {
    expect(String((error as Error).stack)).not.toContain("canary");
    return error as { reason: string; field: string; message: string };
  }
  throw new Error("It was not refused.");
}

describe("credentials", () => {
  it("come from the config header, whatever else is there", () => {
    const route = read(...good, "x-connector", "ACME", "x-auth", "header-key", "x-api-key", "sk_test_other");
    expect(keyOf(route)).toBe("sk_test_canary");
  });

  it("come from the legacy headers where that is absent", () => {
    const legacy = [
      "x-connector",
      "acme",
      "x-auth",
      "Body-Key",
      "x-api-key",
      "sk_test_canary",
      "x-key1",
      "a",
    ];
    const route = read(...legacy);
    expect(keyOf(route)).toBe("sk_test_canary");
    expect(route.credentials.account).toBe("a");
  });

  it("are kept as they were sent, for links to be read again", () => {
    expect(JSON.parse(read(...good).config.reveal())).toEqual({ api_key: "sk_test_canary" });
    const legacy = ["x-connector", "acme", "x-auth", "header-key", "x-api-key", "sk_test_canary"];
    expect(JSON.parse(read(...legacy).config.reveal())).toEqual({ api_key: "sk_test_canary" });
    expect(JSON.stringify(read(...good))).not.toContain("canary");
  });

  it.each(["constructor", "__proto__", "toString", ""])("know no legacy scheme %j", (scheme) => {
    const told = refusal("x-connector", "acme", "x-auth", scheme, "x-api-key", "sk_test_canary");
    expect(told).toMatchObject({ reason: "INVALID_CONNECTOR_CONFIG", field: "x-auth" });
  });

  it.each<[string, readonly string[], string]>([
    ["an array", config("[]"), "INVALID_DATA_FORMAT"],
    ["null", config("null"), "INVALID_DATA_FORMAT"],
    ["a number", ["x-connector-config", "7"], "MISSING_REQUIRED_FIELD"],
    ["nothing", ["x-connector-config", ""], "INVALID_DATA_FORMAT"],
    ["two connectors", ["x-connector-config", '{"config":{"Acme":{},"Bare":{}}}'], "INVALID_DATA_FORMAT"],
    ["no connector", ["x-connector-config", '{"config":{}}'], "INVALID_DATA_FORMAT"],
    ["an inherited name", ["x-connector-config", '{"config":{"constructor":{}}}'], "INVALID_DATA_FORMAT"],
    ["__proto__ as a field", config('{"api_key":"k","__proto__":{}}'), "INVALID_CONNECTOR_CONFIG"],
    ["an empty key", config('{"api_key":""}'), "INVALID_CONNECTOR_CONFIG"],
    ["a null key", config('{"api_key":null}'), "INVALID_CONNECTOR_CONFIG"],
    ["secondary_base_url", config('{"api_key":"k","secondary_base_url":"x"}'), "OVERRIDE_REFUSED"],
    ["the header twice", [...good, ...good], "INVALID_DATA_FORMAT"],
    ["too much", config(JSON.stringify({ api_key: "x".repeat(9000) })), "INVALID_DATA_FORMAT"],
  ])("refuse %s, without repeating it", (_name, headers, reason) => {
    expect(refusal(...headers)).toMatchObject({ reason });
  });
});

describe("the connector", () => {
  it("may be named more than once, but only one", () => {
    expect(read("x-connector", "bare", "x-payout-connector", " Bare ").connector).toBe(bare);
    expect(refusal(...good, "x-connector", "bare")).toMatchObject({ reason: "CONNECTOR_MISMATCH" });
  });

  it("is not found under a name that every object has", () => {
    expect(refusal("x-connector", "constructor")).toMatchObject({ reason: "INVALID_DATA_FORMAT" });
  });
});

it.each([["a", "b"], [""], ["a".repeat(256)], ["a b"]])("an idempotency key is not %j", (...values) => {
  const headers = values.flatMap((value) => ["idempotency-key", value]);
  expect(refusal("x-connector", "bare", ...headers)).toMatchObject({ field: "idempotency-key" });
});
