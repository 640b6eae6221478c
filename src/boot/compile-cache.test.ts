import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const file = fileURLToPath(new URL("compile-cache.cjs", import.meta.url));
const root = fileURLToPath(new URL("../../", import.meta.url));

/** Where a process that loads the file first keeps what it has compiled. */
function cacheFolder(environment: Record<string, string> = {}) {
  const script = "console.log(String(require('node:module').getCompileCacheDir()))";
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--require", file, "--eval", script], {
    encoding: "utf8",
    env: environment,
  });
  return { status, stderr, folder: stdout.trim() };
}

test("what is compiled is kept beside the dependencies, where only the program's owner writes", () => {
  const { status, stderr, folder } = cacheFolder();
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(folder.startsWith(`${root}node_modules/.cache/sluice/`)).toBe(true);
});

test("the program starts where nothing can be kept", () => {
  expect(cacheFolder({ NODE_DISABLE_COMPILE_CACHE: "1" })).toEqual({
    status: 0,
    stderr: "",
    folder: "undefined",
  });
});
