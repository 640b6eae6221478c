import { readFile, writeFile } from "node:fs/promises";
import type { Connector, Operation } from "../src/connector/contract.ts";
import { maskPath } from "../src/connector/http/masking.ts";
import { folderUrl } from "../src/connector/registry.ts";
import { connectorTables, type OperationCalls } from "./connector-tables.ts";
import { type Fixture, readFixtures } from "./fixture.ts";
import { tableNames, withTables } from "./markdown.ts";

/** A connector's README, and the same with its tables regenerated. */
export interface ConnectorReadme {
  /** Undefined where there is none. */
  readonly current: string | undefined;
  readonly generated: string | undefined;
  /** Marks that name no table. */
  readonly unknown: readonly string[];
  /** The tables that marks can name. */
  readonly known: readonly string[];
}

/** Regenerates the tables between the marks of a connector's README from its code and fixtures. */
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

/** Regenerates the tables of a connector's README. */
export async function writeConnectorReadme(connector: Connector, folder: URL | string): Promise<void> {
  const { current, generated } = await renderConnectorReadme(connector, folder);
  if (generated !== undefined && generated !== current) await writeFile(readmeOf(folder), generated);
}

function readmeOf(folder: URL | string): URL {
  return new URL("README.md", folderUrl(folder));
}

/** The requests that each operation sends in its fixtures of success. */
function callsOf(fixtures: readonly Fixture[]): OperationCalls {
  const calls: Partial<Record<Operation, readonly string[]>> = {};
  for (const { operation, reply, lookup, calls: made } of fixtures) {
    if (operation === "openLink" || !reply || lookup) continue;
    const names = made.map(({ request }) => `${request.method} ${maskPath(request.path)}`);
    calls[operation] = [...new Set([...(calls[operation] ?? []), ...names])];
  }
  return calls;
}
