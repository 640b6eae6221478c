import { expect, it } from "vitest";
import { loadConnectors } from "../../src/connector/registry.ts";
import { linkOptionNames } from "../../src/connector/validation.ts";

it("some connector honours each link option: one that none has would be a promise that nobody keeps", async () => {
  const registry = await loadConnectors([new URL("../../connectors/", import.meta.url)]);
  const honoured = new Set(registry.list().flatMap(({ linkOptions = [] }) => linkOptions));
  expect(linkOptionNames.filter((name) => !honoured.has(name))).toEqual([]);
});
