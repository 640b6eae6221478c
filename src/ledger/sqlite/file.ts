import { closeSync, mkdirSync, openSync, statfsSync } from "node:fs";
import { dirname } from "node:path";

// Numbers of Linux's statfs(2). On these SQLite's locks or its shared memory do not hold between machines.
const networkFileSystems: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB2"],
  [0x5346414f, "AFS"],
  [0x564c, "NCP"],
  [0x00c36400, "Ceph"],
]);

/**
 * Makes the file of a database, and its folder, readable by this user alone. What exists stays as it is.
 *
 * @throws Error when the folder is on a network file system, or the file cannot be written.
 */
export function makeSqliteFile(path: string, fileSystemType = typeOfFileSystem): void {
  const folder = dirname(path);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    closeSync(openSync(path, "a", 0o600));
  } catch (error) {
    throw new Error(
      `The ledger ${path} cannot be made or written. Check the owner and permissions of the file and its folder, or name ` +
        `another (${error instanceof Error ? error.message : error}).`,
      { cause: error },
    );
  }
  const network = networkFileSystems.get(fileSystemType(folder));
  if (network) {
    throw new Error(
      `${folder} is on a network file system (${network}), where SQLite can lose data. ` +
        "Name a folder on a local disk, or use postgres://… to share one ledger between machines.",
    );
  }
}

function typeOfFileSystem(folder: string): number {
  return statfsSync(folder).type >>> 0;
}
