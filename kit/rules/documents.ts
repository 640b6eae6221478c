import { readFile } from "node:fs/promises";
import { credentialFields } from "../../src/connector/contract.ts";
import { connectorProblems } from "../../src/connector/validation.ts";
import { renderConnectorReadme } from "../connector-readme.ts";
import type { Rule } from "../rule.ts";

/** The metadata is complete and consistent. */
export const validMetadata: Rule = {
  name: "has valid metadata",
  check: ({ connector, folder }) => {
    const name = folderName(folder);
    // The template is no connector until it is copied, and its folder cannot have the name of one.
    return connectorProblems(name.startsWith("_") ? connector.name : name, connector);
  },
};

/** The README has the sections that a user needs. */
export const documents: Rule = {
  name: "says in README.md what a user must know",
  check: async ({ connector, folder }) => {
    const text = await readFile(new URL("README.md", folder), "utf8").catch(() => undefined);
    if (text === undefined) return ["Write README.md."];
    const headings = [...text.matchAll(/^##+ (.+)$/gm)].map((match) => (match[1] ?? "").toLowerCase());
    return [
      // A connector that makes no calls has no provider whose documentation leaves doubts.
      ...(connector.hosts ? sections : ["credentials"])
        .filter((section) => !headings.some((heading) => heading.includes(section)))
        .map((section) => `README.md: add the section "## ${capital(section)}".`),
      ...credentialFields(connector.credentials)
        .filter(({ name }) => !text.includes(name))
        .map(({ name }) => `README.md: say what the credential ${name} is.`),
    ];
  },
};

/** The generated tables of the README are current. */
export const readmeTables: Rule = {
  name: "has in README.md the tables that its code makes",
  check: async ({ connector, folder }) => {
    const { current, generated, unknown, known } = await renderConnectorReadme(connector, folder);
    return [
      ...unknown.map((name) => `README.md: there is no table ${name}. There are: ${known.join(", ")}.`),
      ...(current === generated
        ? []
        : [
            `README.md: its tables are stale. Write them anew: npm run connector -- readme ${connector.name}`,
          ]),
    ];
  },
};

/** Credentials are explained where they are read, because discovery shows them to callers. */
export const describedCredentials: Rule = {
  name: "describes each credential",
  check: ({ connector }) =>
    credentialFields(connector.credentials)
      .filter(({ description }) => description === "")
      .map(({ name }) => `credentials.${name}: add .describe("what it is and where to find it").`),
};

const sections = ["operations", "statuses", "options", "credentials", "idempotency", "doubts"];

function folderName(folder: URL): string {
  return decodeURIComponent(folder.pathname.split("/").at(-2) ?? "");
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
