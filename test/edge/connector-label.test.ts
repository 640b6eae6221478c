import { afterAll, beforeAll, expect, it } from "vitest";
import { newTemplateCopy, type TemplateCopy } from "../support/connectors/template-copy.ts";
import { type RunningService, startService, temporaryFolder } from "../support/service/service.ts";

/** Calls are counted and logged under the name of the connector that they reached, however their headers name it. */
let copy: TemplateCopy;
let service: RunningService;
const folder = temporaryFolder();

beforeAll(async () => {
  copy = await newTemplateCopy("easy-pay");
  service = await startService({
    environment: {
      SLUICE_DATABASE_URL: `sqlite:${folder.path}/sluice.db`,
      SLUICE_CONNECTORS_DIR: copy.folder,
      SLUICE_EASY_PAY_URL: "http://127.0.0.1:1",
    },
  });
});
afterAll(async () => {
  await service?.stop();
  copy?.remove();
  folder.remove();
});

const credentials = { api_key: "easy_pay_test_canary" };

it.each<[string, Readonly<Record<string, string>>, string]>([
  [
    "a hyphenated connector",
    { "x-connector-config": json({ config: { EasyPay: credentials } }) },
    "easy-pay",
  ],
  ["the older config header", { "x-connector-auth": json({ auth_type: { Sandbox: {} } }) }, "sandbox"],
  ["a connector's name in capitals", { "x-connector": "SANDBOX" }, "sandbox"],
  ["a name that callers made up", { "x-connector": "made-up" }, "none"],
  ["no connector at all", {}, "none"],
])("%s", async (name, headers, label) => {
  const requestId = name.replaceAll(/[^a-z]/g, "-");
  await fetch(`${service.url}/types.PayoutService/CreateLink`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-request-id": requestId, ...headers },
    body: json({ amount: { minor_amount: 1000, currency: "USD" }, destination_currency: "USD" }),
  });
  const lines = service.output().split("\n");
  const line = lines.find((text) => text.includes(`"request_id":"${requestId}"`) && text.includes('"rpc"'));
  expect(JSON.parse(line ?? "{}")).toMatchObject({ connector: label });
  expect(await (await fetch(`${service.url}/metrics`)).text()).toMatch(
    new RegExp(`sluice_rpc_duration_seconds_count\\{.*connector="${label}"`),
  );
});

function json(value: object): string {
  return JSON.stringify(value);
}
