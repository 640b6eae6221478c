import { once } from "node:events";
import { resolve } from "node:path";
import { Worker } from "node:worker_threads";
import { LedgerUnavailable } from "../../core/failure.ts";
import { type Engine, ledgerOn } from "../engine.ts";
import type { Ledger } from "../ledger.ts";
import { makeSqliteFile } from "./file.ts";
import type { FromSqlite, SqliteAnswer, SqliteError, SqliteJob, SqliteStart, ToSqlite } from "./job.ts";

/**
 * Opens a ledger in an SQLite file, which is made if it does not exist.
 *
 * @throws Error when the file cannot be used, or was written by a newer build.
 */
export async function openSqliteLedger(path: string, now: () => number): Promise<Ledger> {
  const file = resolve(path);
  makeSqliteFile(file);
  const start: SqliteStart = { path: file, nowMs: now() };
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: start });
  const [first] = (await once(worker, "message")) as [FromSqlite];
  if (typeof first === "object" && "failed" in first) {
    await worker.terminate();
    throw explained(first.failed, file);
  }
  return ledgerOn(engineOn(worker, file), now);
}

interface Waiting {
  resolve(value: never): void;
  reject(error: Error): void;
}

function engineOn(worker: Worker, file: string): Engine {
  const waiting = new Map<number, Waiting>();
  let unsent: SqliteJob[] = [];
  let lastId = 0;
  let ended: Error | undefined;

  const post = (message: ToSqlite) => worker.postMessage(message);

  function sendUnsent(): void {
    post({ jobs: unsent });
    unsent = [];
  }

  function take(answer: SqliteAnswer): void {
    const caller = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ("error" in answer) caller?.reject(explained(answer.error, file));
    else caller?.resolve(answer.value as never);
  }

  function end(cause: unknown): void {
    ended ??= new LedgerUnavailable(`The thread that writes ${file} has ended: restart this process.`, cause);
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  }

  worker.on("message", (message: FromSqlite) => {
    if (typeof message === "object" && "answers" in message) message.answers.forEach(take);
  });
  worker.on("error", end);
  worker.on("exit", end);

  return {
    run: (name, input, commit) =>
      new Promise((resolve, reject) => {
        if (ended) return reject(ended);
        const id = ++lastId;
        waiting.set(id, { resolve, reject });
        unsent.push({ id, name, input, commit });
        // Once for all that this turn of the event loop asks: a message costs more than a job.
        if (unsent.length === 1) process.nextTick(sendUnsent);
      }),
    async close() {
      if (ended) return;
      post("close");
      await once(worker, "exit");
    },
  };
}

/** What to do about the result codes of SQLite that an operator can do something about. */
const advice: Readonly<Record<number, string>> = {
  5: "another process has held it for longer than five seconds. Let one process alone write it, or use postgres://…",
  8: "it cannot be written. Check its owner, its permissions and those of its folder",
  10: "the disk failed to read or write it. Check the disk, then restore a backup if it is damaged",
  11: "it is damaged. Restore a backup",
  13: "the disk is full. Make room; what was acknowledged is safe",
  14: "it cannot be opened. Check that the folder exists and that this user may write it",
  26: "it is not an SQLite database. Name another file",
};

function explained({ message, code }: SqliteError, file: string): Error {
  if (code === undefined) return new Error(message);
  const known = advice[code];
  return new LedgerUnavailable(
    known
      ? `The ledger ${file} cannot be used: ${known} (${message}).`
      : `The ledger ${file} failed: ${message}.`,
  );
}
