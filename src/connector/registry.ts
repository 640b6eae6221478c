import { readdir } from "node:fs/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Connector } from "./contract.ts";
import { connectorProblems } from "./validation.ts";

/** The connectors that this server has. */
export interface Registry {
  /** By the value of `x-connector`. */
  get(name: string): Connector | undefined;
  /** By the key inside `x-connector-config`. */
  byConfigKey(key: string): Connector | undefined;
  /** Every connector, by name. */
  list(): readonly Connector[];
}

/**
 * Loads every connector of the folders: each subfolder that does not begin with `_` or `.` is one, and its `index.ts` exports
 * it as default.
 *
 * @throws Error with every mistake of every connector, and what to write instead.
 */
export async function loadConnectors(folders: readonly (URL | string)[]): Promise<Registry> {
  const found = (await Promise.all(folders.map(connectorFolders))).flat();
  const loaded = await Promise.all(found.map(loadConnector));
  const problems = [...loaded.flatMap((each) => each.problems), ...duplicates(loaded)];
  if (problems.length > 0) throw new Error(`Connectors cannot be loaded:\n${problems.join("\n")}`);
  return createRegistry(loaded.flatMap(({ connector }) => connector ?? []));
}

/** A registry of connectors that are loaded already. */
export function createRegistry(connectors: readonly Connector[]): Registry {
  const sorted = connectors.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const names = new Map(sorted.map((connector) => [connector.name, connector]));
  const keys = new Map(sorted.map((connector) => [connector.configKey, connector]));
  return { get: (name) => names.get(name), byConfigKey: (key) => keys.get(key), list: () => sorted };
}

/** A connector's folder. */
export interface ConnectorFolder {
  readonly name: string;
  /** Ends with a slash. */
  readonly url: URL;
}

/** The connectors' folders inside a folder, by name. Those that begin with `_` or `.` are none. */
export async function connectorFolders(folder: URL | string): Promise<readonly ConnectorFolder[]> {
  const parent = folderUrl(folder);
  const entries = await readdir(parent, { withFileTypes: true }).catch((cause: unknown) => {
    throw new Error(`Connectors cannot be read from ${fileURLToPath(parent)}: name a folder that exists.`, {
      cause,
    });
  });
  return entries
    .filter((entry) => entry.isDirectory() && !/^[_.]/.test(entry.name))
    .map(({ name }) => ({ name, url: new URL(`${encodeURIComponent(name)}/`, parent) }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** A connector loaded from its folder, or the mistakes in it. */
export interface Loaded extends ConnectorFolder {
  readonly connector?: Connector;
  readonly problems: readonly string[];
}

/** Imports and validates a connector. Never rejects: its mistakes are in `problems`, with the connector's name. */
export async function loadConnector(folder: ConnectorFolder): Promise<Loaded> {
  try {
    const module = (await import(new URL("index.ts", folder.url).href)) as { default?: unknown };
    const problems = connectorProblems(folder.name, module.default).map((each) => `${folder.name}: ${each}`);
    return problems.length > 0
      ? { ...folder, problems }
      : { ...folder, connector: module.default as Connector, problems };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ...folder, problems: [`${folder.name}: index.ts cannot be loaded: ${message}`] };
  }
}

/** The URL of a folder given as URL or path, with a slash at its end. */
export function folderUrl(folder: URL | string): URL {
  const url = typeof folder === "string" ? pathToFileURL(folder) : folder;
  return url.href.endsWith("/") ? url : new URL(`${url.href}/`);
}

function duplicates(loaded: readonly Loaded[]): readonly string[] {
  return loaded.flatMap(({ name, connector }, index) => {
    const earlier = loaded.slice(0, index);
    const sameName = earlier.some((other) => other.name === name);
    const sameKey = earlier.find((other) => connector && other.connector?.configKey === connector.configKey);
    if (sameName) return [`${name}: there are two folders of this name. Rename one.`];
    return sameKey
      ? [`${name}: configKey ${connector?.configKey} is taken by ${sameKey.name}. Choose another.`]
      : [];
  });
}
