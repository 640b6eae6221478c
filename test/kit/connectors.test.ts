import { expect, it } from "vitest";
import { describeConnector } from "../../kit/describe-connector.ts";
import { connectorFolders, loadConnector, loadConnectors } from "../../src/connector/registry.ts";

const folder = new URL("../../connectors/", import.meta.url);

it("loads every connector", async () => {
  const registry = await loadConnectors([folder]);
  expect(registry.list().length).toBeGreaterThan(0);
});

for (const each of await connectorFolders(folder)) {
  const { connector, url, problems } = await loadConnector(each);
  if (connector) describeConnector(connector, url);
  else it(`loads ${each.name}`, () => expect(problems).toEqual([]));
}

it.each<[string, object, string]>([
  ["dots", { client_id: "pk_canary", api_key: "canary" }, "https://api.dots.dev/api"],
  [
    "dots",
    { client_id: "pk_canary", api_key: "canary", environment: "test" },
    "https://pls.senddotssandbox.com/api",
  ],
  ["easylabs", { api_key: "sk_live_canary" }, "https://api.itseasy.co/v1/api"],
  ["easylabs", { api_key: "sk_test_canary" }, "https://sandbox-api.itseasy.co/v1/api"],
  ["easylabs", { api_key: "sk_sandbox_canary" }, "https://sandbox-api.itseasy.co/v1/api"],
  ["finix", { username: "US_canary", password: "canary" }, "https://finix.live-payments-api.com"],
  [
    "finix",
    { username: "US_canary", password: "canary", environment: "test" },
    "https://finix.sandbox-payments-api.com",
  ],
  ["stripe", { api_key: "rk_live_canary" }, "https://api.stripe.com"],
])("%s leads %j to %s", async (name, given, host) => {
  const connector = (await loadConnectors([folder])).get(name);
  const credentials = connector?.credentials.parse(given);
  expect(connector?.hosts?.[connector.environment?.(credentials ?? {}) ?? "live"]).toBe(host);
});
