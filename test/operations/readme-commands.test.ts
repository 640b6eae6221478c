import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startFake } from "../fakes/stripe/fake.ts";
import { type RunningService, root, startService, temporaryFolder } from "../support/service/service.ts";
import type { ProviderFake } from "../support/stages/provider-fake.ts";
import { type Tool, tool } from "../support/tools.ts";

/** Calls in the README and the docs work when they are pasted, in the order in which a newcomer meets them. */
let stripe: ProviderFake;
let service: RunningService;
const folder = temporaryFolder();

beforeAll(async () => {
  stripe = await startFake();
  service = await startService({
    environment: {
      SLUICE_DATABASE_URL: `sqlite:${folder.path}/sluice.db`,
      SLUICE_STRIPE_URL: stripe.url,
    },
  });
});
afterAll(async () => {
  await service?.stop();
  await stripe?.close();
  folder.remove();
});

const calls = ["README.md", "docs/errors.md"].flatMap((page) => {
  const text = readFileSync(`${root}${page}`, "utf8");
  const blocks = [...text.matchAll(/^```\n((?:curl|grpcurl) [\s\S]*?)^```$/gm)].map(
    ([, block = ""]) => block,
  );
  const lines = [...text.matchAll(/`(grpcurl [^`\n]+)`/g)].map(([, line = ""]) => line);
  return [...blocks, ...lines].map((command) => ({ page, command: command.trim() }));
});

it("has calls to try", () => expect(calls.length).toBeGreaterThanOrEqual(8));

describe.each<Tool>(["curl", "grpcurl"])("%s", (program) => {
  const ours = calls.filter(({ command }) => command.startsWith(`${program} `));

  it.runIf(tool(program)).each(ours)("$page: $command", async ({ page, command }) => {
    const { output, exitCode } = await paste(command);
    expect(exitCode).toBe(0);
    const reply = JSON.parse(output) as Record<string, unknown>;
    if (page === "docs/errors.md") expect(reply).toMatchObject({ code: "invalid_argument" });
    else expect(Object.keys(reply)).not.toContain("code");
    if (command.includes("CreateLink")) expect(output).toContain(page === "README.md" ? "/l/" : "expires_in");
  });
});

/** Runs a command in a shell, against the service of this test. */
function paste(command: string): Promise<{ output: string; exitCode: number }> {
  return new Promise((resolve) => {
    execFile("sh", ["-c", command.replace("localhost:8080", service.target)], (error, stdout, stderr) =>
      resolve({ output: error ? stdout + stderr : stdout, exitCode: error ? 1 : 0 }),
    );
  });
}
