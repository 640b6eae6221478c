import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * Programs that some tests need and a user's machine may lack. Use with `describe.runIf(tool("grpcurl"))`: the run names
 * what it skipped, and in CI a skipped test is a failure.
 */
export type Tool = "grpcurl" | "python-grpcio" | "curl" | "openssl";

/** The program's path, or undefined where the machine has none. */
export function tool(name: Tool): string | undefined {
  return finders[name]();
}

const finders: Record<Tool, () => string | undefined> = {
  grpcurl: () => onPath("grpcurl") ?? existing(join(homedir(), "go/bin/grpcurl")),
  "python-grpcio": () => {
    const python = onPath("python3");
    return python && spawnSync(python, ["-c", "import grpc"]).status === 0 ? python : undefined;
  },
  curl: () => onPath("curl"),
  openssl: () => onPath("openssl"),
};

function onPath(program: string): string | undefined {
  for (const folder of (process.env.PATH ?? "").split(":")) {
    const path = existing(join(folder, program));
    if (path) return path;
  }
  return undefined;
}

function existing(path: string): string | undefined {
  return existsSync(path) ? path : undefined;
}
