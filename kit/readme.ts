import { readFileSync, writeFileSync } from "node:fs";
import { Code } from "@connectrpc/connect";
import { variables } from "../src/config/config.ts";
import { credentialFields } from "../src/connector/credentials.ts";
import { loadConnectors, type Registry } from "../src/connector/registry.ts";
import { linkOptionNames } from "../src/connector/validation.ts";
import { reasons } from "../src/core/reasons.ts";
import { supportedRpcs } from "../src/payouts/api/connector-service.ts";
import { methodName } from "./connector-tables.ts";
import { type Tables, table, withTables } from "./markdown.ts";

/** `npm run readme` regenerates the tables of the READMEs from the code; a test checks that they are current. */

const folder = new URL("../connectors/", import.meta.url);
const readmes = [new URL("../README.md", import.meta.url), new URL("README.md", folder)];

/** A README, and the same with its tables regenerated. */
export interface Readme {
  readonly file: URL;
  readonly current: string;
  readonly generated: string;
}

/** The READMEs that list every connector, with their tables regenerated. */
export async function renderReadmes(): Promise<readonly Readme[]> {
  const registry = await loadConnectors([folder]);
  const tables: Tables = {
    connectors: connectorTable(registry),
    options: optionTable(registry),
    configuration: configurationTable(),
    reasons: reasonTable(),
  };
  return readmes.map((file) => {
    const current = readFileSync(file, "utf8");
    return { file, current, generated: withTables(current, tables) };
  });
}

/** Writes the READMEs with their tables regenerated. */
export async function writeReadmes(): Promise<void> {
  for (const { file, current, generated } of await renderReadmes())
    if (current !== generated) writeFileSync(file, generated);
}

function connectorTable(registry: Registry): string {
  const rows = registry.list().map((connector) => {
    const credentials = credentialFields(connector.credentials).map(({ name, required }) =>
      required ? `\`${name}\`` : `\`${name}\` (optional)`,
    );
    const methods = (connector.methods ?? []).map(methodName);
    return [
      `[${connector.name}](connectors/${connector.name}/README.md)`,
      supportedRpcs(connector).join(", "),
      methods.join(", ") || "as the provider offers",
      credentials.join(", ") || "none",
    ];
  });
  return table(["Connector", "RPCs", "Ways to be paid", "Credentials"], rows);
}

/** Which connector honours which field of LinkOptions. */
function optionTable(registry: Registry): string {
  const connectors = registry.list();
  const rows = linkOptionNames.map((name) => [
    `\`${name}\``,
    ...connectors.map(({ linkOptions = [] }) => (linkOptions.includes(name) ? "yes" : "")),
  ]);
  return table(["LinkOptions", ...connectors.map(({ name }) => name)], rows);
}

function configurationTable(): string {
  const rows = variables.map(({ name, default: value, about }) => [
    `\`${name}\``,
    value && `\`${value}\``,
    about,
  ]);
  return table(["Variable", "Default", "What it is"], rows);
}

function reasonTable(): string {
  const rows = Object.entries(reasons).map(([name, { code, retryable, advice }]) => [
    `\`${name}\``,
    Code[code].replace(/(?<!^)([A-Z])/g, "_$1").toUpperCase(),
    retryable ? "yes" : "no",
    advice,
  ]);
  return table(["Reason", "gRPC code", "Repeat as it is", "What to do"], rows);
}

if (import.meta.main) await writeReadmes();
