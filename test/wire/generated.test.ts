import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Runs buf on this repository, under the Node that runs the tests. */
async function buf(...commandLine: string[]): Promise<{ exitCode: number; output: string }> {
  const child = spawn(process.execPath, [join(root, "node_modules/@bufbuild/buf/bin/buf"), ...commandLine], {
    cwd: root,
    env: { ...process.env, PATH: dirname(process.execPath) + delimiter + process.env.PATH },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [output, errors, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { exitCode, output: output + errors };
}

async function readTree(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const pairs = files
    .toSorted()
    .map(async (file) => [file.slice(folder.length), await readFile(file, "utf8")]);
  return Object.fromEntries(await Promise.all(pairs));
}

test("src/gen is what buf generate makes of proto", async () => {
  const folder = await mkdtemp(join(tmpdir(), "sluice-generated-"));
  try {
    expect(await buf("generate", "--output", folder)).toEqual({ exitCode: 0, output: "" });
    const [fresh, committed] = [
      await readTree(join(folder, "src/gen")),
      await readTree(join(root, "src/gen")),
    ];
    expect(Object.keys(committed)).toEqual(Object.keys(fresh));
    for (const [file, content] of Object.entries(fresh)) expect(committed[file], file).toBe(content);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.each([
  ["lint", ["lint"]],
  ["format", ["format", "--diff", "--exit-code"]],
])("buf %s has nothing to say", async (_name, commandLine) => {
  expect(await buf(...commandLine)).toEqual({ exitCode: 0, output: "" });
});
