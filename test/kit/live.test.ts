import { describe, expect, it } from "vitest";
import { table } from "../../kit/markdown.ts";
import { checkTestHost } from "../../kit/recorder/check-test-host.ts";
import { missingVariables, openTestHost } from "../../kit/recorder/test-host.ts";
import { connectorFolders, loadConnector } from "../../src/connector/registry.ts";

/**
 * `LIVE=acme npx vitest run test/kit/live.test.ts` asks the sandboxes of the connectors that LIVE names, with credentials from
 * variables such as ACME_API_KEY, whether they still answer as the fixtures say. Nothing else in the tests leaves this machine.
 */
const wanted = (process.env.LIVE ?? "").split(",").filter((name) => name !== "");
const folders = await connectorFolders(new URL("../../connectors/", import.meta.url));

it("LIVE names connectors that there are", () => {
  expect(folders.map(({ name }) => name)).toEqual(expect.arrayContaining(wanted));
});

for (const found of folders.filter(({ name }) => wanted.includes(name))) {
  const { connector, url, problems } = await loadConnector(found);
  if (!connector) throw new Error(problems.join("\n"));
  const missing = missingVariables(connector, process.env);
  const needs = missing.length > 0 ? `: set ${missing.join(", ")}` : "";
  describe.runIf(missing.length === 0)(`the sandbox of ${connector.name}`, () => {
    it(`answers as its fixtures say${needs}`, { timeout: 300_000 }, async () => {
      const { drift, sent, leftOut } = await checkTestHost(
        connector,
        url,
        openTestHost(connector, process.env),
      );
      const rows = drift.map(({ file, call, path, was, is }) => [file, call, path, was, is]);
      console.log(`Sent: ${sent.join(", ") || "nothing"}`);
      console.log(
        table(
          ["Left out", "Because"],
          leftOut.map(({ file, why }) => [file, why]),
        ),
      );
      expect(drift, `\n${table(["Fixture", "Call", "Where", "Was", "Is"], rows)}\n`).toEqual([]);
    });
  });
}
