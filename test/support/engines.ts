import { describe } from "vitest";
import { freshDatabase, hasPostgres } from "./postgres.ts";
import { temporaryFolder } from "./service.ts";

/** A key that every process of a test shares, as every process on one PostgreSQL must. */
const KEY = Buffer.alloc(32, 7).toString("base64");

/** A new empty store. */
export interface Store {
  /** What points a service at it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Its folder, where it is files of our own. */
  readonly folder: string | undefined;
  remove(): void;
}

const engines: Readonly<Record<string, () => Promise<Store>>> = {
  SQLite: async () => {
    const folder = temporaryFolder();
    return {
      environment: { SLUICE_DATABASE_URL: `sqlite:${folder.path}/sluice.db` },
      folder: folder.path,
      remove: folder.remove,
    };
  },
  PostgreSQL: async () => ({
    environment: { SLUICE_DATABASE_URL: await freshDatabase(), SLUICE_KEY: KEY },
    folder: undefined,
    remove: () => {},
  }),
};

/** Declares the same tests for every engine. Where there is no PostgreSQL its tests are skipped, and named. */
export function describeEngines(declare: (newStore: () => Promise<Store>, engine: string) => void): void {
  for (const [engine, newStore] of Object.entries(engines)) {
    describe.runIf(engine === "SQLite" || hasPostgres())(`on ${engine}`, () => declare(newStore, engine));
  }
}
