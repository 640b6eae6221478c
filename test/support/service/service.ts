import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Patience } from "../../../src/core/patience.ts";

/** A Sluice of its own process, as a user starts it. */
export interface RunningService {
  readonly url: string;
  /** Host and port, as grpcurl wants them. */
  readonly target: string;
  readonly child: ChildProcess;
  /** Everything it has printed, both streams. */
  output(): string;
  /** SIGTERM, and its exit code. */
  stop(): Promise<number | null>;
  /** Resolves with its exit code when it has ended, whyever. */
  readonly exited: Promise<number | null>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

/** How to start it. */
export interface ServiceOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** How long it waits for others, where it is not as usual. The program is then one of tests. */
  readonly patience?: Partial<Patience>;
  /** What strikes at its ledger, such as `kill before open`. The program is then one of tests. */
  readonly fate?: string;
}

/** What `npm start` gives to Node. */
const startFlags = ["--require", "./src/boot/node-version.cjs", "--require", "./src/boot/compile-cache.cjs"];

/** The repository's root, with a slash at its end. */
export const root = fileURLToPath(new URL("../../../", import.meta.url));

/** A new empty folder, and how to be rid of it. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "sluice-test-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

function testVariables(patience: Partial<Patience> = {}, fate = ""): Readonly<Record<string, string>> {
  return { SLUICE_TEST_PATIENCE: JSON.stringify(patience), SLUICE_TEST_FATE: fate };
}

/** Long enough for a busy machine, and short enough that tests need not wait for the clock. */
export const quick: Patience = {
  providerDeadlineMs: 25_000,
  providerHeadersMs: 1500,
  leaseMs: 2000,
  repeatMs: 2000,
};

/** Starts the service on a free port and waits until it listens. Its environment is only what is given. */
export async function startService(options: ServiceOptions = {}): Promise<RunningService> {
  const { environment = {}, patience, fate } = options;
  const program = patience || fate ? "test/support/service/program.ts" : "src/main.ts";
  const child = spawn(process.execPath, [...startFlags, program], {
    cwd: root,
    env: {
      PATH: process.env.PATH ?? "",
      SLUICE_LISTEN: "127.0.0.1:0",
      ...environment,
      ...testVariables(patience, fate),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  const exited = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  const url = await new Promise<string>((resolve, reject) => {
    let greeting = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
      greeting += text;
      const found = /^Sluice listens on (\S+),/m.exec(greeting)?.[1];
      if (found) resolve(found);
    });
    exited.then((code) =>
      reject(new Error(`The service ended with ${code} before it listened:\n${printed}`)),
    );
  });
  return {
    url,
    target: new URL(url).host,
    child,
    output: () => printed,
    exited,
    stop: () => {
      child.kill("SIGTERM");
      return exited;
    },
    kill: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
