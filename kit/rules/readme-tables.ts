import { renderConnectorReadme } from "../connector-readme.ts";
import type { Rule } from "../rule.ts";

/** Tables that are made from what the code says still say so. */
export const readmeTables: Rule = {
  name: "has in README.md the tables that its code makes",
  check: async ({ connector, folder }) => {
    const { is, shouldBe, unknown, known } = await renderConnectorReadme(connector, folder);
    return [
      ...unknown.map((name) => `README.md: there is no table ${name}. There are: ${known.join(", ")}.`),
      ...(is === shouldBe
        ? []
        : [
            `README.md: its tables are stale. Write them anew: npm run connector -- readme ${connector.name}`,
          ]),
    ];
  },
};
