import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runCommand } from "./cli.ts";
import { newConnector } from "./new-connector.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
let folder: string;

/** Connectors in a folder outside the repository, beside the same src. */
beforeAll(() => {
  const elsewhere = mkdtempSync(join(tmpdir(), "sluice-cli-"));
  for (const shared of ["src", "node_modules", "package.json"])
    symlinkSync(join(root, shared), join(elsewhere, shared));
  folder = join(elsewhere, "connectors");
  mkdirSync(folder);
});
afterAll(() => rmSync(join(folder, ".."), { recursive: true }));

async function connector(...args: string[]): Promise<{ code: number; output: string }> {
  const lines: string[] = [];
  const code = await runCommand([...args, "--folder", folder], (line) => lines.push(line));
  return { code, output: lines.join("\n") };
}

/** Changes a connector's code before it is first loaded: a process loads it once. */
function edit(name: string, text: string, replacement: string): void {
  const index = join(folder, name, "index.ts");
  writeFileSync(index, readFileSync(index, "utf8").replace(text, replacement));
}

it("makes a connector that keeps every rule, and lists it", async () => {
  const made = await connector("new", "easy-pay");
  expect(made).toMatchObject({ code: 0, output: expect.stringContaining("connector -- check easy-pay") });
  const index = readFileSync(join(folder, "easy-pay/index.ts"), "utf8");
  expect(index).toContain('name: "easy-pay",\n  configKey: "EasyPay",');
  expect(index).not.toMatch(/acme/i);

  const checked = await connector("check", "easy-pay");
  expect(checked.output).toMatch(/easy-pay keeps all \d+ rules\./);
  expect(checked.code).toBe(0);

  const listed = await connector("list");
  expect(listed.code).toBe(0);
  expect(listed.output).toMatch(/^easy-pay\n {2}operations {3}Transfer, Get, Void, CreateLink\n/m);
  expect(listed.output).toContain("options      description, expires_in, success_url, metadata");
  expect(listed.output).toContain("methods      as the provider offers");
  expect(listed.output).toContain("api_key, environment (optional)");

  expect(await connector("new", "easy-pay")).toMatchObject({
    code: 1,
    output: expect.stringContaining("already"),
  });
});

it("says which rule a connector breaks, and what to write", async () => {
  await connector("new", "broken-pay");
  edit("broken-pay", 'effect: "keyed"', 'effect: "once"');
  const broken = await connector("check", "broken-pay");
  expect(broken.code).toBe(1);
  expect(broken.output).toMatch(
    /^NOT {2}carries a key.*\n.*POST \/v1\/links is sent as "once"\. Give it a key/m,
  );
});

it("says that a README's tables are stale, and regenerates them", async () => {
  await connector("new", "stale-pay");
  edit("stale-pay", "Which host the key", "To which host the key");
  const stale = await connector("check", "stale-pay");
  expect(stale.output).toMatch(/^NOT .*\n.*its tables are stale\. .*npm run connector -- readme stale-pay$/m);
  expect(stale.output).toContain("breaks 1 of");
  expect(await connector("readme", "stale-pay")).toMatchObject({ code: 0 });
  expect(await connector("check", "stale-pay")).toMatchObject({ code: 0 });
  expect(readFileSync(join(folder, "stale-pay/README.md"), "utf8")).toContain("| To which host the key");
});

it("runs as npm runs it, and exits with the command's code", async () => {
  const { connector: script } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).scripts;
  const args = ["check", "nothing-pay", "--folder", folder];
  const [, ...words] = [...script.split(" "), ...args];
  const { status, stdout } = spawnSync(process.execPath, words, { cwd: root, encoding: "utf8" });
  expect(stdout).toContain("There is no connector nothing-pay. There are: ");
  expect(status).toBe(1);
});

it.each(["z", "a-name-as-long-as-the-longest-one-can-be"])(
  "makes files as the formatter would, for %s",
  async (name) => {
    const made = await newConnector(pathToFileURL(`${folder}/`), name);
    const files = [fileURLToPath(made), "--config-path", root, "--vcs-enabled=false"];
    const { stdout, status } = spawnSync(join(root, "node_modules/.bin/biome"), ["check", ...files]);
    expect([status, String(stdout)]).toEqual([0, expect.stringContaining("Checked ")]);
  },
);

it.each<[string[], number, string]>([
  [["new", "Easy Pay"], 1, '"Easy Pay" cannot be a connector\'s name'],
  [["new", "../x"], 1, "cannot be a connector's name"],
  [["check", "nothing-pay"], 1, "There is no connector nothing-pay"],
  [["readme", "nothing-pay"], 1, "There is no connector nothing-pay"],
  [["new"], 2, "Usage:"],
  [["record", "x"], 2, "record <name> <operation>"],
  [["list", "x"], 2, "Usage:"],
  [["toString"], 2, "Usage:"],
  [["list", "--colour"], 1, "--colour"],
])("answers %j with exit code %i", async (args, code, words) => {
  const lines: string[] = [];
  expect(await runCommand([...args, "--folder", folder], (line) => lines.push(line))).toBe(code);
  expect(lines.join("\n")).toContain(words);
});
