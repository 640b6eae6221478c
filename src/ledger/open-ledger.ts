import type { Log } from "../telemetry/log.ts";
import type { Ledger } from "./ledger.ts";
import { openPostgresLedger } from "./postgres/postgres-ledger.ts";
import { openSqliteLedger } from "./sqlite/sqlite-ledger.ts";

/** What a ledger needs from the process. */
export interface LedgerOptions {
  /** The time now, in milliseconds since 1970. */
  readonly now: () => number;
  /** Where the operator is told of connections that were lost and replaced. */
  readonly log: Pick<Log, "warn">;
  /** Connections to PostgreSQL. 16 if absent. */
  readonly poolSize?: number;
}

const DEFAULT_POOL_SIZE = 16;

/**
 * Opens the ledger that a URL names, and brings its schema up to date: `sqlite:data/sluice.db` for a file, relative to the
 * working directory unless it begins with a slash, or `postgres://user:password@host/database`.
 *
 * @throws Error that says what to write or to change, when the store cannot be used.
 */
export async function openLedger(databaseUrl: string, options: LedgerOptions): Promise<Ledger> {
  const [, scheme, rest] = /^([a-z]+):(.+)$/is.exec(databaseUrl) ?? [];
  if (scheme === "sqlite" && rest && rest !== ":memory:") {
    return openSqliteLedger(rest.replace(/^\/\/(?=\/)/, ""), options.now);
  }
  if (scheme === "postgres" || scheme === "postgresql") {
    return openPostgresLedger(databaseUrl, {
      now: options.now,
      poolSize: options.poolSize ?? DEFAULT_POOL_SIZE,
      onLostConnection: (error) =>
        options.log.warn({ error: error.message }, "lost an idle connection to PostgreSQL"),
    });
  }
  // The URL may hold a password, so no more of it is shown than its scheme.
  throw new Error(
    `The database URL${scheme ? ` begins with "${scheme}:", and` : ""} names no ledger. ` +
      "Write sqlite:data/sluice.db for a file on this machine, or postgres://user:password@host/database.",
  );
}
