import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clients, type TestCall } from "../support/clients/clients.ts";
import { type RunningService, root, startService, temporaryFolder } from "../support/service/service.ts";
import { tool } from "../support/tools.ts";

const folder = temporaryFolder();
let service: RunningService;
beforeAll(async () => {
  service = await startService({
    environment: {
      SLUICE_DATABASE_URL: `sqlite:${folder.path}/sluice.db`,
      SLUICE_CONNECTORS_DIR: `${root}test/connectors/euros-only`,
    },
  });
});
afterAll(async () => {
  await service.stop();
  folder.remove();
});

const good = { amount: { minor_amount: "1000", currency: "USD" }, destination_currency: "USD" };
const sandbox = { "x-connector": "sandbox" };
const stripe = (fields: object) => ({ "x-connector-config": JSON.stringify({ config: { Stripe: fields } }) });

interface Mistake {
  readonly name: string;
  readonly call: TestCall;
  readonly code: string;
  readonly reason: string;
  /** Each must be in the message. */
  readonly says: readonly string[];
}

const createLink = (headers: Readonly<Record<string, string>>, body: object = good) =>
  ({ rpc: "createLink", headers, body }) as TestCall;

const mistakes: readonly Mistake[] = [
  {
    name: "an operation that the connector does not have",
    call: createLink({ "x-connector": "euros-only" }),
    code: "UNIMPLEMENTED",
    reason: "UNSUPPORTED_OPERATION",
    says: [
      "euros-only does not support CreateLink",
      "It supports: Transfer",
      "supported by: ",
      "sandbox",
      "stripe",
    ],
  },
  {
    name: "a currency that the connector does not pay in",
    call: {
      rpc: "transfer",
      headers: { "x-connector": "euros-only" },
      body: { ...good, merchant_payout_id: "usd" },
    },
    code: "INVALID_ARGUMENT",
    reason: "INVALID_DATA_FORMAT",
    says: ["destination_currency", "euros-only does not pay in USD", "EUR"],
  },
  {
    name: "no connector",
    call: createLink({}),
    code: "INVALID_ARGUMENT",
    reason: "MISSING_REQUIRED_FIELD",
    says: ["Missing required field: x-connector", "sandbox", "stripe"],
  },
  {
    name: "an unknown connector",
    call: createLink({ "x-connector": "nobody" }),
    code: "INVALID_ARGUMENT",
    reason: "INVALID_DATA_FORMAT",
    says: ["Invalid data format: x-connector", '"nobody"', "sandbox", "stripe"],
  },
  {
    name: "an unknown payout connector",
    call: createLink({ "x-payout-connector": "nobody" }),
    code: "INVALID_ARGUMENT",
    reason: "INVALID_DATA_FORMAT",
    says: ["x-payout-connector", "sandbox"],
  },
  {
    name: "two connectors in two headers",
    call: createLink({ "x-connector": "sandbox", "x-payout-connector": "stripe" }),
    code: "INVALID_ARGUMENT",
    reason: "CONNECTOR_MISMATCH",
    says: ["sandbox in x-connector", "stripe in x-payout-connector"],
  },
  {
    name: "credentials of another connector",
    call: createLink({ ...sandbox, ...stripe({ api_key: "sk_test_canary" }) }),
    code: "INVALID_ARGUMENT",
    reason: "CONNECTOR_MISMATCH",
    says: ["sandbox in x-connector", "stripe in X-Connector-Config"],
  },
  {
    name: "no credentials where they are needed",
    call: createLink({ "x-connector": "stripe" }),
    code: "INVALID_ARGUMENT",
    reason: "MISSING_REQUIRED_FIELD",
    says: ["x-connector-config", '{"config":{"Stripe":{"api_key":"…"}}}'],
  },
  {
    name: "malformed JSON in the credentials",
    call: createLink({ "x-connector-config": '{"config":{"Stripe":{"api_key":"sk_test_canary"' }),
    code: "INVALID_ARGUMENT",
    reason: "INVALID_DATA_FORMAT",
    says: ["Invalid data format: X-Connector-Config", "not JSON"],
  },
  {
    name: "credentials without config",
    call: createLink({ "x-connector-config": '{"Stripe":{"api_key":"sk_test_canary"}}' }),
    code: "INVALID_ARGUMENT",
    reason: "MISSING_REQUIRED_FIELD",
    says: ["Missing required field: X-Connector-Config.config"],
  },
  {
    name: "an unknown variant",
    call: createLink({ "x-connector-config": '{"config":{"Nobody":{}}}' }),
    code: "INVALID_ARGUMENT",
    reason: "INVALID_DATA_FORMAT",
    says: ['"Nobody"', "Sandbox", "Stripe"],
  },
  {
    name: "a missing credential",
    call: createLink(stripe({})),
    code: "FAILED_PRECONDITION",
    reason: "INVALID_CONNECTOR_CONFIG",
    says: ["Stripe.api_key is missing", '"api_key":"…"'],
  },
  {
    name: "a credential of the wrong type",
    call: createLink(stripe({ api_key: 7 })),
    code: "FAILED_PRECONDITION",
    reason: "INVALID_CONNECTOR_CONFIG",
    says: ["Stripe.api_key cannot be used", "string"],
  },
  {
    name: "a credential that does not exist",
    call: createLink(stripe({ api_key: "sk_test_canary", apikey: "x" })),
    code: "FAILED_PRECONDITION",
    reason: "INVALID_CONNECTOR_CONFIG",
    says: ['"apikey"', "api_key"],
  },
  {
    name: "a base URL from the caller",
    call: createLink(stripe({ api_key: "sk_test_canary", base_url: "http://127.0.0.1:1/" })),
    code: "INVALID_ARGUMENT",
    reason: "OVERRIDE_REFUSED",
    says: ["base_url", "operator"],
  },
  {
    name: "a configuration override",
    call: createLink({ ...sandbox, "x-config-override": "{}" }),
    code: "INVALID_ARGUMENT",
    reason: "OVERRIDE_REFUSED",
    says: ["x-config-override"],
  },
  {
    name: "shadow mode",
    call: createLink({ ...sandbox, "x-shadow-mode": "true" }),
    code: "INVALID_ARGUMENT",
    reason: "OVERRIDE_REFUSED",
    says: ["x-shadow-mode", "sandbox"],
  },
  {
    name: "legacy headers with a scheme that does not exist",
    call: createLink({ "x-connector": "stripe", "x-auth": "bearer" }),
    code: "FAILED_PRECONDITION",
    reason: "INVALID_CONNECTOR_CONFIG",
    says: ["x-auth", "header-key"],
  },
  {
    name: "legacy headers without the key",
    call: createLink({ "x-connector": "stripe", "x-auth": "header-key" }),
    code: "INVALID_ARGUMENT",
    reason: "MISSING_REQUIRED_FIELD",
    says: ["Missing required field: x-api-key"],
  },
  {
    name: "a merchant that cannot be one",
    call: createLink({ ...sandbox, "x-merchant-id": "two words" }),
    code: "INVALID_ARGUMENT",
    reason: "INVALID_DATA_FORMAT",
    says: ["merchant_id"],
  },
  {
    name: "an idempotency key that cannot be one",
    call: createLink({ ...sandbox, "idempotency-key": "a b" }),
    code: "INVALID_ARGUMENT",
    reason: "INVALID_DATA_FORMAT",
    says: ["idempotency-key", "visible ASCII"],
  },
  {
    name: "no amount",
    call: createLink(sandbox, { destination_currency: "USD" }),
    code: "INVALID_ARGUMENT",
    reason: "MISSING_REQUIRED_FIELD",
    says: ["Missing required field: amount", '"minor_amount":1000'],
  },
  {
    name: "a zero amount",
    call: createLink(sandbox, { ...good, amount: { minor_amount: "0", currency: "USD" } }),
    code: "INVALID_ARGUMENT",
    reason: "INVALID_DATA_FORMAT",
    says: ["amount.minor_amount", "above zero", "It was 0"],
  },
  {
    name: "a negative amount",
    call: createLink(sandbox, { ...good, amount: { minor_amount: "-5", currency: "USD" } }),
    code: "INVALID_ARGUMENT",
    reason: "INVALID_DATA_FORMAT",
    says: ["amount.minor_amount", "It was -5"],
  },
  {
    name: "an unspecified currency",
    call: createLink(sandbox, { ...good, amount: { minor_amount: "1000" } }),
    code: "INVALID_ARGUMENT",
    reason: "INVALID_DATA_FORMAT",
    says: ["amount.currency", "USD"],
  },
  {
    name: "no destination currency",
    call: createLink(sandbox, { amount: good.amount }),
    code: "INVALID_ARGUMENT",
    reason: "MISSING_REQUIRED_FIELD",
    says: ["destination_currency", "USD"],
  },
  {
    name: "a priority of zero",
    call: createLink(sandbox, { ...good, priority: "PAYOUT_PRIORITY_UNSPECIFIED" }),
    code: "INVALID_ARGUMENT",
    reason: "INVALID_DATA_FORMAT",
    says: ["priority", "INSTANT"],
  },
  {
    name: "an empty id",
    call: createLink(sandbox, { ...good, merchant_payout_id: "" }),
    code: "INVALID_ARGUMENT",
    reason: "INVALID_DATA_FORMAT",
    says: ["merchant_payout_id", "empty"],
  },
  {
    name: "a webhook that is no URL",
    call: createLink(sandbox, { ...good, webhook_url: "me" }),
    code: "INVALID_ARGUMENT",
    reason: "INVALID_DATA_FORMAT",
    says: ["webhook_url", "https://"],
  },
  {
    name: "an option that the connector does not have",
    call: createLink(sandbox, { ...good, link_options: { tax_exempt: true } }),
    code: "INVALID_ARGUMENT",
    reason: "UNSUPPORTED_OPTION",
    says: ["link_options.tax_exempt", "sandbox"],
  },
  {
    name: "an expiry that is too short",
    call: createLink(sandbox, { ...good, link_options: { expires_in: "5s" } }),
    code: "INVALID_ARGUMENT",
    reason: "INVALID_DATA_FORMAT",
    says: ["link_options.expires_in", "60"],
  },
  {
    name: "a colour that is none",
    call: createLink(sandbox, { ...good, link_options: { branding: { brand_color: "red" } } }),
    code: "INVALID_ARGUMENT",
    reason: "INVALID_DATA_FORMAT",
    says: ["branding.brand_color", "#rrggbb"],
  },
  {
    name: "Get without an id",
    call: { rpc: "get", headers: sandbox, body: {} },
    code: "INVALID_ARGUMENT",
    reason: "MISSING_REQUIRED_FIELD",
    says: ["merchant_payout_id", "connector_payout_id"],
  },
  {
    name: "Get of nothing",
    call: { rpc: "get", headers: sandbox, body: { merchant_payout_id: "nobody" } },
    code: "NOT_FOUND",
    reason: "PAYOUT_NOT_FOUND",
    says: ["nobody", "x-merchant-id"],
  },
  {
    name: "a transfer that nothing tells from its repeat",
    call: { rpc: "transfer", headers: sandbox, body: good },
    code: "INVALID_ARGUMENT",
    reason: "MISSING_REQUIRED_FIELD",
    says: ["merchant_payout_id", "idempotency-key", "pay twice"],
  },
  {
    name: "a recipient of no type",
    call: { rpc: "createRecipient", headers: sandbox, body: { merchant_payout_id: "r" } },
    code: "INVALID_ARGUMENT",
    reason: "MISSING_REQUIRED_FIELD",
    says: ["recipient_type", "INDIVIDUAL"],
  },
];

describe.each(Object.entries(clients))("through %s", (_client, send) => {
  it.each(mistakes)("$name is refused in words that help", async ({ call, code, reason, says }) => {
    const told = await send(service, call);
    expect({ code: told.code, reason: told.reason }).toEqual({ code, reason });
    for (const words of says) expect(told.message).toContain(words);
    expect(told.message).not.toContain("canary");
  });
});

describe.runIf(tool("grpcurl"))("every message", () => {
  it.each(mistakes)("about $name reads the same in every client", async ({ call }) => {
    const told = await Promise.all(Object.values(clients).map((send) => send(service, call)));
    expect(new Set(told.map(({ message }) => message)).size).toBe(1);
  });
});

describe("what only JSON can get wrong", () => {
  const send = async (body: string) => {
    const response = await fetch(`${service.url}/types.PayoutService/CreateLink`, {
      method: "POST",
      headers: { "content-type": "application/json", ...sandbox },
      body,
    });
    return { status: response.status, ...((await response.json()) as { code: string; message: string }) };
  };

  it.each([
    [
      "an amount beyond int64",
      '{"amount":{"minor_amount":"9223372036854775808","currency":"USD"},"destination_currency":"USD"}',
      "minor_amount",
    ],
    [
      "an amount with a fraction",
      '{"amount":{"minor_amount":10.5,"currency":"USD"},"destination_currency":"USD"}',
      "minor_amount",
    ],
    [
      "a currency that does not exist",
      '{"amount":{"minor_amount":1000,"currency":"DOLLAR"},"destination_currency":"USD"}',
      "amount.currency",
    ],
    [
      "a field that does not exist",
      '{"ammount":{"minor_amount":1000,"currency":"USD"},"destination_currency":"USD"}',
      "ammount",
    ],
    ["something that is not JSON", '{"amount":', "JSON"],
  ])("%s is refused by name", async (_name, body, word) => {
    const told = await send(body);
    expect(told).toMatchObject({ status: 400, code: "invalid_argument" });
    expect(told.message).toContain(word);
  });
});
