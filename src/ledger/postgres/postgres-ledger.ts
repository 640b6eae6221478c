import { setTimeout } from "node:timers/promises";
import pg from "pg";
import { type Commit, type Engine, ledgerOn } from "../engine.ts";
import type { Ledger } from "../ledger.ts";
import { migrate, readMigrations } from "../migrations.ts";
import { runTransactionAsync } from "../transactions/transaction.ts";
import { begin } from "../transactions/transactions.ts";
import { explained, isLostRace } from "./error.ts";
import { runOn, send } from "./transaction.ts";

/** How to use a PostgreSQL database. */
export interface PostgresOptions {
  /** Milliseconds since 1970. */
  now(): number;
  /** Told when an idle connection is lost; the pool replaces it by itself. */
  onLostConnection(error: Error): void;
  /** Connections of this process. */
  readonly poolSize: number;
}

const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 10_000;
const RUNS_PER_TRANSACTION = 20;
const MINIMUM_MAJOR = 15;
// Any number will do, as long as every process takes the same.
const MIGRATION_LOCK = 7_305_158_203;

// What follows a `begin` is sent before its answer is there. Were it refused, the rest would be carried out one by one, each
// with a commit of its own; so nothing may write outside a transaction that was begun for it.
const READ_ONLY = "-c default_transaction_read_only=on";
// No statement here reads so much that starting helpers for it would pay.
const NOT_PARALLEL = "-c max_parallel_workers_per_gather=0";

const beginnings: Readonly<Record<Exclude<Commit, "read">, string>> = {
  durable: "begin isolation level read committed read write",
  relaxed: "begin isolation level read committed read write; set local synchronous_commit = off",
};

/**
 * Opens a ledger in a PostgreSQL database, which exists already.
 *
 * @throws LedgerUnavailable when the server cannot be reached; Error when it is too old, or the database too new.
 */
export async function openPostgresLedger(url: string, options: PostgresOptions): Promise<Ledger> {
  const pool = newPool(url, options);
  try {
    await requireVersion(pool);
    await runOn(
      pool,
      `${beginnings.durable}; set local statement_timeout = 0; select pg_advisory_xact_lock(${MIGRATION_LOCK})`,
      () => migrate(readMigrations(), options.now()),
    );
  } catch (error) {
    await pool.end();
    throw explained(error);
  }
  return ledgerOn(engineOn(pool), options.now);
}

function newPool(url: string, { poolSize, onLostConnection }: PostgresOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: "sluice",
    max: poolSize,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
    keepAlive: true,
    options: `${READ_ONLY} ${NOT_PARALLEL}`,
    pipeline: true,
  });
  pool.on("error", onLostConnection);
  // A connection lost at work rejects what it was at; without a listener it would end the process too.
  pool.on("connect", (client) => client.on("error", () => {}));
  return pool;
}

async function requireVersion(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query("show server_version_num");
  const version = Number(rows[0]?.server_version_num);
  if (version >= MINIMUM_MAJOR * 10_000) return;
  throw new Error(
    `The PostgreSQL server has version ${Math.floor(version / 10_000)}; ${MINIMUM_MAJOR} or later is needed.`,
  );
}

function engineOn(pool: pg.Pool): Engine {
  return {
    async run(name, input, commit) {
      try {
        if (commit === "read")
          return await runTransactionAsync(begin(name, input, 1), ({ queries }) => send(pool, queries));
        return await retryingLostRaces((run) =>
          runOn(pool, beginnings[commit], () => begin(name, input, run)),
        );
      } catch (error) {
        throw explained(error);
      }
    },
    close: () => pool.end(),
  };
}

async function retryingLostRaces<T>(runOnce: (run: number) => Promise<T>): Promise<T> {
  for (let run = 1; ; run++) {
    try {
      return await runOnce(run);
    } catch (error) {
      if (!isLostRace(error) || run === RUNS_PER_TRANSACTION) throw error;
      // Those who lost the same race do not meet again at once.
      await setTimeout(Math.random() * run);
    }
  }
}
