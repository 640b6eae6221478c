import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Connector } from "../src/connector/contract.ts";
import { nameForm } from "../src/connector/validation.ts";

/**
 * Copies the template to a folder of the name, with the names in it replaced.
 *
 * @throws Error that says what to write instead, for a name that cannot be used.
 */
export async function newConnector(folder: URL, name: string): Promise<URL> {
  if (!nameForm.test(name))
    throw new Error(
      `${JSON.stringify(name)} cannot be a connector's name. Write lower-case letters, digits and hyphens, a letter first: easy-labs.`,
    );
  const target = new URL(`${name}/`, folder);
  await mkdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
    throw new Error(`There is a connector ${name} already. Choose another name, or edit that one.`);
  });
  const src = pathToSrc(target);
  const own = await templateNames();
  for (const file of await templateFiles()) {
    const text = await readFile(new URL(file, template), "utf8");
    const copy = new URL(file, target);
    await mkdir(new URL(".", copy), { recursive: true });
    const renamed = text.replaceAll(own.configKey, pascalCase(name)).replaceAll(own.name, name);
    await writeFile(copy, renamed.replaceAll('"../../src/', `"${src}/`));
  }
  return target;
}

/** From a connector's folder. Outside the repository, the contract is that of this command's repository. */
function pathToSrc(folder: URL): string {
  if (existsSync(new URL("../../src/connector/contract.ts", folder))) return "../../src";
  return relative(fileURLToPath(folder), fileURLToPath(new URL("../src/", import.meta.url)));
}

const template = new URL("../connectors/_template/", import.meta.url);

/** The names of the template. */
async function templateNames(): Promise<{ readonly name: string; readonly configKey: string }> {
  const { default: connector } = (await import(new URL("index.ts", template).href)) as { default: Connector };
  return connector;
}

async function templateFiles(): Promise<readonly string[]> {
  const entries = await readdir(template, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(fileURLToPath(template), join(entry.parentPath, entry.name)));
}

/** `easy-labs` as Prism writes it in `x-connector-config`: `EasyLabs`. */
function pascalCase(name: string): string {
  return name
    .split("-")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}
