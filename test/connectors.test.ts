import { expect, it } from "vitest";
import { describeConnector } from "../src/connector/kit/describe-connector.ts";
import { connectorFolders, loadConnector, loadConnectors } from "../src/connector/registry.ts";

const folder = new URL("../connectors/", import.meta.url);

it("loads every connector", async () => {
  const registry = await loadConnectors([folder]);
  expect(registry.list().length).toBeGreaterThan(0);
});

for (const each of await connectorFolders(folder)) {
  const { connector, url, problems } = await loadConnector(each);
  if (connector) describeConnector(connector, url);
  else it(`loads ${each.name}`, () => expect(problems).toEqual([]));
}
