import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runCommand } from "./command.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
let folder: string;

/** Connectors in a folder elsewhere, beside the same src. */
beforeAll(() => {
  const elsewhere = mkdtempSync(join(tmpdir(), "sluice-command-"));
  for (const shared of ["src", "node_modules", "package.json"])
    symlinkSync(join(root, shared), join(elsewhere, shared));
  folder = join(elsewhere, "connectors");
  mkdirSync(folder);
});
afterAll(() => rmSync(join(folder, ".."), { recursive: true }));

async function connector(...args: string[]): Promise<{ code: number | null; output: string }> {
  const program = spawn(process.execPath, ["src/connector/command.ts", ...args, "--folder", folder], {
    cwd: root,
  });
  let output = "";
  for (const stream of [program.stdout, program.stderr]) stream.on("data", (chunk) => (output += chunk));
  const code = await new Promise<number | null>((resolve) => program.on("close", resolve));
  return { code, output };
}

it("makes a connector that keeps every rule, lists it, and says what is wrong with it later", async () => {
  const made = await connector("new", "easy-pay");
  expect(made).toMatchObject({ code: 0, output: expect.stringContaining("connector -- check easy-pay") });
  const index = readFileSync(join(folder, "easy-pay/index.ts"), "utf8");
  expect(index).toContain('name: "easy-pay",\n  configKey: "EasyPay",');
  expect(index).not.toMatch(/acme/i);

  const checked = await connector("check", "easy-pay");
  expect(checked.output).toMatch(/easy-pay keeps all \d+ rules\./);
  expect(checked.code).toBe(0);

  const listed = await connector("list");
  expect(listed).toMatchObject({
    code: 0,
    output: expect.stringMatching(/^easy-pay\n {2}operations .*createLink/),
  });
  expect(listed.output).toContain("api_key, environment (optional)");

  writeFileSync(join(folder, "easy-pay/index.ts"), index.replace('effect: "keyed"', 'effect: "once"'));
  const broken = await connector("check", "easy-pay");
  expect(broken.code).toBe(1);
  expect(broken.output).toMatch(
    /^NOT {2}carries a key.*\n.*POST \/v1\/links is sent as "once"\. Give it a key/m,
  );

  expect(await connector("new", "easy-pay")).toMatchObject({
    code: 1,
    output: expect.stringContaining("already"),
  });
});

it.each<[string[], number, string]>([
  [["new", "Easy Pay"], 1, '"Easy Pay" cannot be a connector\'s name'],
  [["new", "../x"], 1, "cannot be a connector's name"],
  [["check", "nobody"], 1, "There is no connector nobody"],
  [["new"], 2, "Usage:"],
  [["list", "x"], 2, "Usage:"],
  [["toString"], 2, "Usage:"],
  [["list", "--colour"], 1, "--colour"],
])("answers %j with exit code %i", async (args, code, words) => {
  const lines: string[] = [];
  expect(await runCommand([...args, "--folder", folder], (line) => lines.push(line))).toBe(code);
  expect(lines.join("\n")).toContain(words);
});
