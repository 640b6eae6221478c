import { DatabaseSync, type StatementSync } from "node:sqlite";
import { setTimeout } from "node:timers/promises";
import { BINARY, LOCK, SKIP_LOCKED } from "../sql/sql.ts";
import { type Query, type Row, runTransaction, type Transaction } from "../transactions/transaction.ts";

/** One connection to an SQLite file. It answers at once, so it lives in a thread of its own. */
export interface SqliteDatabase {
  /** Runs a transaction that only reads. */
  read<T>(transaction: Transaction<T>): T;
  /**
   * Runs transactions with one commit, each in a savepoint of its own. Each is begun by its number of run: one that meets a row which was
   * there already is undone and begun again, once; one that throws is undone by itself.
   *
   * @throws whatever fails the transaction as a whole: then none of them is done.
   */
  write(
    transactions: readonly BeginTransaction[],
    isDurable: boolean,
  ): readonly PromiseSettledResult<unknown>[];
  /** Moves what is in the log into the file, and lets go of both. */
  close(): void;
}

type BeginTransaction = (run: number) => Transaction<unknown>;

const MINIMUM_VERSION = "3.51.3";
const BUSY_TIMEOUT_MS = 5_000;
const CACHE_KIB = 32_768;
const WAL_PAUSE_MS = 20;
const SQLITE_BUSY = 5;
const SQLITE_CONSTRAINT = 19;

/** SQLite's primary result code of an error; undefined where it is no error of SQLite's. */
export function resultCode(error: unknown): number | undefined {
  const errcode = (error as { errcode?: unknown } | null)?.errcode;
  return typeof errcode === "number" ? errcode & 0xff : undefined;
}

/** Opens a file that exists. SQLite's own errors have an `errcode`. */
export async function openSqliteDatabase(path: string): Promise<SqliteDatabase> {
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, readBigInts: true });
  requireVersion(database);
  await useWriteAheadLog(database);
  // What savepoints remember stays in memory: writing it to temporary files costs a third of the speed.
  database.exec(`pragma cache_size = -${CACHE_KIB}; pragma temp_store = memory`);
  const statements = new Map<string, StatementSync>();
  let synchronous: "FULL" | "NORMAL" | undefined;

  function statement(sql: string): StatementSync {
    const prepared = statements.get(sql) ?? database.prepare(positional(sql));
    statements.set(sql, prepared);
    return prepared;
  }

  function answer({ sql, params }: Query): readonly Row[] {
    return statement(sql).all(...params);
  }

  // In NORMAL a commit is in the log but not yet on the disk; the next FULL commit takes it along.
  function setSynchronous(wanted: "FULL" | "NORMAL"): void {
    if (synchronous !== wanted) database.exec(`pragma synchronous = ${wanted}`);
    synchronous = wanted;
  }

  function writeOne(begin: BeginTransaction, run = 1): PromiseSettledResult<unknown> {
    statement("savepoint job").run();
    try {
      const value = runTransaction(begin(run), answer);
      statement("release job").run();
      return { status: "fulfilled", value };
    } catch (reason) {
      // A full disk and the like end the whole transaction, and with it the savepoint.
      if (!database.isTransaction) throw reason;
      statement("rollback to job").run();
      statement("release job").run();
      if (run === 1 && resultCode(reason) === SQLITE_CONSTRAINT) return writeOne(begin, 2);
      return { status: "rejected", reason };
    }
  }

  return {
    read: (transaction) => runTransaction(transaction, answer),
    write(transactions, isDurable) {
      setSynchronous(isDurable ? "FULL" : "NORMAL");
      statement("begin immediate").run();
      try {
        const results = transactions.map((begin) => writeOne(begin));
        statement("commit").run();
        return results;
      } catch (error) {
        if (database.isTransaction) statement("rollback").run();
        throw error;
      }
    },
    close: () => database.close(),
  };
}

// PostgreSQL's `$1` would be a name here, and names cost more to bind than numbers.
function positional(sql: string): string {
  return sql
    .replace(LOCK, "")
    .replace(SKIP_LOCKED, "")
    .replaceAll(BINARY, "")
    .replaceAll(/\$(\d+)/g, "?$1");
}

function requireVersion(database: DatabaseSync): void {
  const version = String(database.prepare("select sqlite_version() as version").get()?.version);
  if (version.localeCompare(MINIMUM_VERSION, "en", { numeric: true }) >= 0) return;
  throw new Error(
    `This Node.js has SQLite ${version}, which can damage its log; ${MINIMUM_VERSION} or later is needed. ` +
      "Run the Node.js version that package.json names.",
  );
}

// While another connection is about to write to a new file, the switch to WAL fails at once instead of waiting its turn.
async function useWriteAheadLog(database: DatabaseSync): Promise<void> {
  const giveUpAtMs = performance.now() + BUSY_TIMEOUT_MS;
  for (;;) {
    try {
      const mode = database.prepare("pragma journal_mode = wal").get()?.journal_mode;
      if (mode === "wal") return;
      throw new Error(`SQLite cannot keep a write-ahead log here: it answered ${mode}.`);
    } catch (error) {
      const isBusy = resultCode(error) === SQLITE_BUSY;
      if (!isBusy || performance.now() > giveUpAtMs) throw error;
      await setTimeout(WAL_PAUSE_MS);
    }
  }
}
