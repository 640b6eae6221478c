import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { renderReadmes } from "../../kit/readme.ts";

const readmes = await renderReadmes();

it.each(readmes.map((each) => ({ ...each, path: fileURLToPath(each.file) })))(
  "$path has tables that say what the code says (npm run readme writes them)",
  ({ current, generated }) => expect(current).toBe(generated),
);

it("has every table", () => {
  const [root = "", connectors = ""] = readmes.map(({ generated }) => generated);
  expect(root).toContain("| `SLUICE_LISTEN` |");
  expect(root).toContain("| `OUTCOME_UNKNOWN` |");
  expect(root).toContain("[stripe](connectors/stripe/README.md)");
  expect(connectors).toMatch(/\| `expires_in` \|.* yes \|/);
});
