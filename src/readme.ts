import { readFileSync, writeFileSync } from "node:fs";
import { Code } from "@connectrpc/connect";
import { variables } from "./config.ts";
import { credentialFields } from "./connector/credentials.ts";
import { supportedRpcs } from "./connector/discovery.ts";
import { reasons } from "./connector/reasons.ts";
import { loadConnectors, type Registry } from "./connector/registry.ts";
import { PayoutMethodKind } from "./gen/sluice/v1/link_pb.ts";

/** `npm run readme` writes the README's tables anew from what the code says; a test holds them to it. */

const readme = new URL("../README.md", import.meta.url);

/** The README with its tables made anew. */
export async function renderReadme(): Promise<{ readonly is: string; readonly shouldBe: string }> {
  const registry = await loadConnectors([new URL("../connectors/", import.meta.url)]);
  const tables: Readonly<Record<string, string>> = {
    connectors: connectorTable(registry),
    configuration: configurationTable(),
    reasons: reasonTable(),
  };
  const is = readFileSync(readme, "utf8");
  const shouldBe = is.replace(
    /<!-- (\w+) -->\n[\s\S]*?<!-- end -->/g,
    (_section, name: string) => `<!-- ${name} -->\n${tables[name]}\n<!-- end -->`,
  );
  return { is, shouldBe };
}

function connectorTable(registry: Registry): string {
  const rows = registry.list().map((connector) => {
    const credentials = credentialFields(connector.credentials).map(({ name, required }) =>
      required ? `\`${name}\`` : `\`${name}\` (optional)`,
    );
    const methods = (connector.methods ?? []).map((kind) => methodNames.get(kind) ?? "");
    return [
      `[${connector.name}](connectors/${connector.name}/README.md)`,
      supportedRpcs(connector).join(", "),
      methods.join(", ") || "as the provider offers",
      credentials.join(", ") || "none",
    ];
  });
  return table(["Connector", "RPCs", "Ways to be paid", "Credentials"], rows);
}

const methodNames = new Map<number, string>(
  Object.entries(PayoutMethodKind).map(([name, number]) => [number, name.toLowerCase().replaceAll("_", " ")]),
);

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

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

if (import.meta.main) writeFileSync(readme, (await renderReadme()).shouldBe);
