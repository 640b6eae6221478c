import { expect, it } from "vitest";
import { renderReadme } from "../src/readme.ts";

it("has tables that say what the code says (npm run readme writes them)", async () => {
  const { is, shouldBe } = await renderReadme();
  expect(is).toBe(shouldBe);
  expect(is).toContain("| `SLUICE_LISTEN` |");
  expect(is).toContain("| `OUTCOME_UNKNOWN` |");
  expect(is).toContain("[stripe](connectors/stripe/README.md)");
});
