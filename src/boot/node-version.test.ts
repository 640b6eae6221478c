import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const file = fileURLToPath(new URL("node-version.cjs", import.meta.url));

/** Loads the file in a process of its own that takes itself for this version of Node. */
function loadUnder(version: string) {
  const disguise = `Object.defineProperty(process, "versions", { value: { node: "${version}" } });`;
  const script = `${disguise} require(${JSON.stringify(file)}); console.log("went on");`;
  return spawnSync(process.execPath, ["--eval", script], { encoding: "utf8" });
}

test.each(["0.10.48", "20.20.2", "24.9.0", "24.20.9", "25.0.0", "100.0.0"])(
  "Node %s is refused in one line",
  (version) => {
    const { status, stdout, stderr } = loadUnder(version);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(
      /^Sluice needs Node >=24\.21\.0 <25, and this is Node [\d.]+\. .*`npm ci`.*scripts.*\n$/,
    );
    expect(stderr).toContain(`Node ${version}.`);
  },
);

test.each(["24.21.0", "24.21.3", "24.30.0"])("Node %s goes on", (version) => {
  expect(loadUnder(version)).toMatchObject({ status: 0, stdout: "went on\n", stderr: "" });
});

test("this Node goes on, and comes before the program", () => {
  const arguments_ = ["--require", file, "--eval", "console.log('went on')"];
  const { status, stdout } = spawnSync(process.execPath, arguments_, { encoding: "utf8" });
  expect({ status, stdout }).toEqual({ status: 0, stdout: "went on\n" });
});

test("the file has no syntax that old versions of Node cannot read", () => {
  const code = readFileSync(file, "utf8").replaceAll(/\/\/.*|\/\*.*?\*\/|"[^"\n]*"/g, "");
  expect(code).not.toMatch(/=>|`|\?\.|\?\?|\.\.\.|\b(?:const|let|class|async|import|export)\b|,\s*\)/);
});
