import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { newConnector } from "../../../kit/new-connector.ts";
import { root } from "../service/service.ts";

/** A connector made from the template, in a folder elsewhere beside the same src. */
export interface TemplateCopy {
  /** The folder of connectors. */
  readonly folder: string;
  /** A file of the connector. */
  path(file: string): string;
  remove(): void;
}

/** Makes a connector from the template, as `npm run connector -- new` does. */
export async function newTemplateCopy(name: string): Promise<TemplateCopy> {
  const elsewhere = mkdtempSync(join(tmpdir(), "sluice-connectors-"));
  for (const shared of ["src", "node_modules", "package.json"])
    symlinkSync(join(root, shared), join(elsewhere, shared));
  const folder = join(elsewhere, "connectors");
  mkdirSync(folder);
  await newConnector(pathToFileURL(`${folder}/`), name);
  return {
    folder,
    path: (file) => join(folder, name, file),
    remove: () => rmSync(elsewhere, { recursive: true }),
  };
}
