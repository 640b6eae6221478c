import { parentPort, workerData } from "node:worker_threads";
import { migrate, readMigrations } from "../migrations.ts";
import { begin } from "../transactions/transactions.ts";
import { openSqliteDatabase, resultCode, type SqliteDatabase } from "./database.ts";
import type { FromSqlite, SqliteAnswer, SqliteError, SqliteJob, SqliteStart, ToSqlite } from "./job.ts";

// The thread that owns the SQLite file. Jobs that arrive while it is at work share the next commit.

const JOBS_PER_COMMIT = 256;

if (!parentPort) throw new Error("This file is started as a thread by sqlite-ledger.ts.");
const port = parentPort;
const send = (message: FromSqlite) => port.postMessage(message);

try {
  const { path, nowMs } = workerData as SqliteStart;
  const database = await openSqliteDatabase(path);
  const [migration] = database.write([() => migrate(readMigrations(), nowMs)], true);
  if (migration?.status === "rejected") throw migration.reason;
  serve(database);
  send("ready");
} catch (error) {
  send({ failed: portable(error) });
}

function serve(database: SqliteDatabase): void {
  let writes: SqliteJob[] = [];

  function commit(): void {
    send({ answers: write(database, writes.slice(0, JOBS_PER_COMMIT)) });
    writes = writes.slice(JOBS_PER_COMMIT);
    if (writes.length > 0) setImmediate(commit);
  }

  port.on("message", (message: ToSqlite) => {
    if (message === "close") {
      database.close();
      port.close();
      return;
    }
    // Reads see all that was acknowledged before they were asked, and need not wait for the disk.
    const reads = message.jobs.filter((job) => job.commit === "read");
    if (reads.length > 0) send({ answers: reads.map((job) => read(database, job)) });
    if (writes.length === 0 && reads.length < message.jobs.length) setImmediate(commit);
    writes.push(...message.jobs.filter((job) => job.commit !== "read"));
  });
}

function read(database: SqliteDatabase, { id, name, input }: SqliteJob): SqliteAnswer {
  try {
    return { id, value: database.read(begin(name, input, 1)) };
  } catch (error) {
    return { id, error: portable(error) };
  }
}

function write(database: SqliteDatabase, jobs: readonly SqliteJob[]): readonly SqliteAnswer[] {
  try {
    const transactions = jobs.map(
      ({ name, input }) =>
        (run: number) =>
          begin(name, input, run),
    );
    const isDurable = jobs.some(({ commit }) => commit === "durable");
    const results = database.write(transactions, isDurable);
    return jobs.map(({ id }, index) => answerOf(id, results[index]));
  } catch (error) {
    return jobs.map(({ id }) => ({ id, error: portable(error) }));
  }
}

function answerOf(id: number, result: PromiseSettledResult<unknown> | undefined): SqliteAnswer {
  return result?.status === "fulfilled"
    ? { id, value: result.value }
    : { id, error: portable(result?.reason) };
}

function portable(error: unknown): SqliteError {
  const message = error instanceof Error ? error.message : String(error);
  const code = resultCode(error);
  return code === undefined ? { message } : { message, code };
}
