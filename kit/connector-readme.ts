import { readFile, writeFile } from "node:fs/promises";
import type { Connector, Operation } from "../src/connector/contract.ts";
import { maskPath } from "../src/connector/http/masking.ts";
import { folderUrl } from "../src/connector/registry.ts";
import { connectorTables, type OperationCalls } from "./connector-tables.ts";
import { type Fixture, readFixtures } from "./fixture.ts";
import { tableNames, withTables } from "./markdown.ts";

/** A connector's README, and how it should be. */
export interface ConnectorReadme {
  /** Undefined where there is none. */
  readonly current: string | undefined;
  readonly generated: string | undefined;
  /** Marks that name no table. */
  readonly unknown: readonly string[];
  /** The tables that marks can name. */
  readonly known: readonly string[];
}

/** A connector's README with the tables between its marks made anew from what the connector and its fixtures say. */
export async function renderConnectorReadme(
  connector: Connector,
  folder: URL | string,
): Promise<ConnectorReadme> {
  const { fixtures } = await readFixtures(folder);
  const tables = connectorTables(connector, callsOf(fixtures));
  const current = await readFile(readmeOf(folder), "utf8").catch(() => undefined);
  return {
    current,
    generated: current === undefined ? undefined : withTables(current, tables),
    unknown: tableNames(current ?? "").filter((name) => !Object.hasOwn(tables, name)),
    known: Object.keys(tables),
  };
}

/** Writes the tables of a connector's README anew. */
export async function writeConnectorReadme(connector: Connector, folder: URL | string): Promise<void> {
  const { current, generated } = await renderConnectorReadme(connector, folder);
  if (generated !== undefined && generated !== current) await writeFile(readmeOf(folder), generated);
}

function readmeOf(folder: URL | string): URL {
  return new URL("README.md", folderUrl(folder));
}

/** What each operation sends in the fixtures where it succeeds. */
function callsOf(fixtures: readonly Fixture[]): OperationCalls {
  const calls: Partial<Record<Operation, readonly string[]>> = {};
  for (const { operation, reply, lookup, calls: made } of fixtures) {
    if (operation === "openLink" || !reply || lookup) continue;
    const names = made.map(({ request }) => `${request.method} ${maskPath(request.path)}`);
    calls[operation] = [...new Set([...(calls[operation] ?? []), ...names])];
  }
  return calls;
}
