import { readdirSync, readFileSync } from "node:fs";
import { readSource } from "../../kit/source-text.ts";

/** A source file of this repository. */
export interface Source {
  /** From the root of the repository: `src/pages/routes.ts`. */
  readonly path: string;
  readonly text: string;
}

const root = new URL("../../", import.meta.url);

/** The sources of some folders at the root, tests among them, without what is generated. */
export function sourcesOf(...folders: readonly string[]): readonly Source[] {
  return folders
    .flatMap((folder) =>
      readdirSync(new URL(`${folder}/`, root), { recursive: true, encoding: "utf8" }).map(
        (file) => `${folder}/${file}`,
      ),
    )
    .filter((path) => /\.(ts|js|cjs)$/.test(path) && !path.startsWith("src/gen/"))
    .map((path) => ({ path, text: readFileSync(new URL(path, root), "utf8") }));
}

export function isTest({ path }: Source): boolean {
  return path.endsWith(".test.ts");
}

/** Files of the repository that a source imports, types included. */
export function filesImported({ path, text }: Source): readonly string[] {
  return readSource(text)
    .imports.filter((specifier) => specifier?.startsWith("."))
    .map((specifier) => new URL(specifier ?? "", new URL(path, "file:///")).pathname.slice(1));
}

/** The folder of a file. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

/** The first two names of a path, which are a room of `src` or a connector: `src/pages`. */
export function roomOf(path: string): string {
  return path.split("/").slice(0, 2).join("/");
}
