import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/**
 * Programs that some tests need and a user's machine may lack. Use with `describe.runIf(tool("grpcurl"))`: the run names
 * what it skipped, and in CI a skipped test is a failure.
 */
export type Tool = "grpcurl" | "python-grpcio" | "curl" | "openssl" | "chromium";

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
  chromium: () => onPath("chromium") ?? onPath("chromium-browser") ?? onPath("google-chrome"),
};

/** buf's own program: the script around it would outlive a kill. */
export function bufProgram(): string {
  const packages = createRequire(createRequire(import.meta.url).resolve("@bufbuild/buf/package.json"));
  const manifest = packages.resolve(`@bufbuild/buf-${process.platform}-${process.arch}/package.json`);
  return join(dirname(manifest), "bin", process.platform === "win32" ? "buf.exe" : "buf");
}

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
