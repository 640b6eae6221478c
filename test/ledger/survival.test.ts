import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LedgerUnavailable } from "../../src/core/failure.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { anIntent, done, scope } from "../support/stores/ledger-facts.ts";
import { engines, ledgerAt } from "../support/stores/ledgers.ts";
import { freshDatabase, hasPostgres, queryRows } from "../support/stores/postgres.ts";
import { type PostgresServer, postgresPrograms, startPostgres } from "../support/stores/postgres-server.ts";

const writer = fileURLToPath(new URL("../support/stores/ledger-writer.ts", import.meta.url));

/** Reads what a writer says was acknowledged, and calls back at each line. */
function acknowledgements(child: ChildProcess, atEach: (count: number) => void): Promise<string[]> {
  const lines: string[] = [];
  if (!child.stdout) throw new Error("The writer's output is a pipe.");
  const reader = createInterface({ input: child.stdout });
  reader.on("line", (line) => atEach(lines.push(line)));
  return once(reader, "close").then(() => lines);
}

/** How the attempt of an identity stands. */
async function stateOf(ledger: Ledger, dedupeKey: string): Promise<string | undefined> {
  const query = { scope, operation: "createLink", idempotencyKey: undefined, dedupeKey };
  return (await ledger.findAttempt(query))?.attempt.state;
}

describe.each(engines)("on $engine, a process that is killed", ({ isAvailable, fresh }) => {
  describe.runIf(isAvailable)("at work", () => {
    it("has lost nothing that it acknowledged", { timeout: 60_000 }, async () => {
      const url = await fresh();
      for (const killAt of [50, 333, 700]) {
        const child = spawn(process.execPath, [writer, url, "8"], { stdio: ["ignore", "pipe", "inherit"] });
        const lines = await acknowledgements(child, (count) => count === killAt && child.kill("SIGKILL"));
        expect(lines.length).toBeGreaterThanOrEqual(killAt);
        const ledger = await ledgerAt(url);
        for (const line of lines) {
          const [what, identity = ""] = line.split(" ");
          const state = await stateOf(ledger, identity);
          expect([line, state]).toEqual([
            line,
            what === "settled" ? "DONE" : expect.stringMatching(/SENDING|DONE/),
          ]);
        }
        await ledger.close();
      }
    });
  });
});

describe("on sqlite, a disk that takes no more", () => {
  it("is told clearly, and what was acknowledged stays", { timeout: 60_000 }, async () => {
    const [sqlite] = engines;
    const url = String(await sqlite?.fresh());
    // A limit on the size of files stands in for the disk: 1 MiB, in blocks of 512 bytes.
    const limited = `trap "" XFSZ; ulimit -f 2048; exec "$@"`;
    const child = spawn("sh", ["-c", limited, "sh", process.execPath, writer, url, "8"], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let complaint = "";
    child.stderr.on("data", (text) => {
      complaint += text;
    });
    const lines = await acknowledgements(child, () => {});
    expect(complaint).toMatch(/LedgerUnavailable: The ledger .* cannot be used: the disk /);
    const ledger = await ledgerAt(url);
    const settled = lines.filter((line) => line.startsWith("settled ")).map((line) => line.slice(8));
    expect(settled.length).toBeGreaterThan(50);
    for (const identity of settled) expect(await stateOf(ledger, identity)).toBe("DONE");
    await ledger.close();
  });
});

/** Records payouts, eight at a time, until told to stop. Errors are counted, and none may be other than unavailability. */
function load(ledger: Ledger) {
  const acknowledged: string[] = [];
  let errors = 0;
  let isStopped = false;
  const reached = new Map<number, () => void>();

  async function write(): Promise<void> {
    while (!isStopped) {
      const intent = anIntent();
      try {
        await ledger.record(intent, done({ status: 7 }));
        reached.get(acknowledged.push(intent.dedupeKey))?.();
      } catch (error) {
        if (!(error instanceof LedgerUnavailable)) throw error;
        errors += 1;
      }
    }
  }
  const writers = Promise.all(Array.from({ length: 8 }, write));
  return {
    /** Waits until so many more have been acknowledged. */
    more: (count: number) =>
      Promise.race([
        new Promise<void>((resolve) => reached.set(acknowledged.length + count, resolve)),
        writers.then(() => Promise.reject(new Error("The writers ended too soon."))),
      ]),
    async stop() {
      isStopped = true;
      await writers;
      return { acknowledged, errors };
    },
  };
}

describe.runIf(hasPostgres())("on postgres, under load", () => {
  it("connections that the server ends are replaced, and nothing acknowledged is lost", async () => {
    const url = await freshDatabase();
    const ledger = await ledgerAt(url);
    const work = load(ledger);
    for (let round = 0; round < 3; round++) {
      await work.more(100);
      await queryRows(
        url,
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
      );
    }
    await work.more(100);
    const { acknowledged, errors } = await work.stop();
    expect(errors).toBeGreaterThan(0);
    for (const identity of acknowledged) expect(await stateOf(ledger, identity)).toBe("DONE");
    await ledger.close();
  });
});

const programs = postgresPrograms();

describe.runIf(programs)("on postgres, a server that crashes", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres(programs ?? "");
  });
  afterAll(() => server.stop());

  it("is used again when it is back, and nothing acknowledged is lost", { timeout: 60_000 }, async () => {
    const ledger = await ledgerAt(server.url);
    const work = load(ledger);
    await work.more(200);
    await server.crashAndRestart();
    await work.more(200);
    const { acknowledged, errors } = await work.stop();
    expect(errors).toBeGreaterThan(0);
    for (const identity of acknowledged) expect(await stateOf(ledger, identity)).toBe("DONE");
    await ledger.close();
  });
});
