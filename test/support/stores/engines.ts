import { DatabaseSync } from "node:sqlite";
import { describe } from "vitest";
import { temporaryFolder } from "../service/service.ts";
import { freshDatabase, hasPostgres, queryRows } from "./postgres.ts";

/** A key that every process of a test shares, as every process on one PostgreSQL must. */
const KEY = Buffer.alloc(32, 7).toString("base64");

/** A new empty store. */
export interface Store {
  /** What points a service at it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Its folder, where it is files of our own. */
  readonly folder: string | undefined;
  /** Changes rows past the ledger, as the passing of time would. */
  change(sql: string): Promise<void>;
  remove(): void;
}

type Engine = "SQLite" | "PostgreSQL";

const engines: Readonly<Record<Engine, () => Promise<Store>>> = {
  SQLite: async () => {
    const folder = temporaryFolder();
    return {
      environment: { SLUICE_DATABASE_URL: `sqlite:${folder.path}/sluice.db` },
      folder: folder.path,
      change: async (sql) => {
        const database = new DatabaseSync(`${folder.path}/sluice.db`, { timeout: 5000 });
        database.exec(sql);
        database.close();
      },
      remove: folder.remove,
    };
  },
  PostgreSQL: async () => {
    const url = await freshDatabase();
    return {
      environment: { SLUICE_DATABASE_URL: url, SLUICE_KEY: KEY },
      folder: undefined,
      change: async (sql) => {
        await queryRows(url, sql);
      },
      remove: () => {},
    };
  },
};

/** Declares the same tests for every engine, or some. Where there is no PostgreSQL its tests are skipped, and named. */
export function describeEngines(
  declare: (newStore: () => Promise<Store>, engine: string) => void,
  chosen: readonly Engine[] = ["SQLite", "PostgreSQL"],
): void {
  for (const engine of chosen) {
    const newStore = engines[engine];
    describe.runIf(engine === "SQLite" || hasPostgres())(`on ${engine}`, () => declare(newStore, engine));
  }
}
