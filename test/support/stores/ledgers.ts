import { randomUUIDv7 } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe } from "vitest";
import type { Attempt, NewPayout, Payout } from "../../../src/core/payout.ts";
import type { Intent, Ledger } from "../../../src/ledger/ledger.ts";
import { openLedger } from "../../../src/ledger/open-ledger.ts";
import { anIntent, aPayout } from "./ledger-facts.ts";
import { freshDatabase, hasPostgres, queryRows } from "./postgres.ts";

/** An engine that every ledger test runs on. */
export interface LedgerEngine {
  readonly engine: "sqlite" | "postgres";
  readonly isAvailable: boolean;
  /** URL of a new, empty database. */
  fresh(): Promise<string>;
  /** Asks the database itself, past the ledger. */
  rows(url: string, sql: string): Promise<readonly Record<string, unknown>[]>;
}

const folder = mkdtempSync(join(tmpdir(), "sluice-ledger-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Both engines. */
export const engines: readonly LedgerEngine[] = [
  {
    engine: "sqlite",
    isAvailable: true,
    fresh: async () => `sqlite:${join(folder, randomUUIDv7(), "sluice.db")}`,
    async rows(url, sql) {
      const database = new DatabaseSync(url.replace("sqlite:", ""), { timeout: 5_000 });
      try {
        return database.prepare(sql).all();
      } finally {
        database.close();
      }
    },
  },
  { engine: "postgres", isAvailable: hasPostgres(), fresh: () => freshDatabase(), rows: queryRows },
];

/** A clock that stands still until it is set. */
export interface Clock {
  ms: number;
}

/** Opens a ledger on a database, on a clock of the test's. */
export function ledgerAt(url: string, clock: Clock = { ms: Date.now() }): Promise<Ledger> {
  return openLedger(url, { now: () => clock.ms, log: { warn() {} }, poolSize: 8 });
}

/** A ledger on a database of its own, for the tests of one file. */
export interface LedgerFixture {
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly url: string;
  /** Another ledger on the same database, as another process would have it. */
  second(): Promise<Ledger>;
  /** Opens an attempt that nothing stands in the way of. */
  opened(
    given?: Partial<Intent>,
    payout?: Partial<NewPayout>,
  ): Promise<{ intent: Intent; attempt: Attempt; payout: Payout }>;
  /** From and to of every event of a payout, in order. */
  eventsOf(payoutId: string): Promise<readonly (readonly [number, number])[]>;
  rows(sql: string): Promise<readonly Record<string, unknown>[]>;
}

/** Declares the same tests for each engine that there is. The clock begins at 2,000. */
export function onEveryEngine(body: (fixture: LedgerFixture) => void): void {
  describe.each(engines)("on $engine", (engine) => {
    describe.runIf(engine.isAvailable)("a ledger", () => {
      const clock: Clock = { ms: 2_000 };
      const ledgers: Ledger[] = [];
      let url = "";

      const second = async (): Promise<Ledger> => {
        const ledger = await ledgerAt(url, clock);
        ledgers.push(ledger);
        return ledger;
      };
      beforeAll(async () => {
        url = await engine.fresh();
        await second();
      });
      afterAll(() => Promise.all(ledgers.map((ledger) => ledger.close())));

      const fixture: LedgerFixture = {
        clock,
        second,
        get url() {
          return url;
        },
        get ledger() {
          const [first] = ledgers;
          if (!first) throw new Error("The ledger is open within tests only.");
          return first;
        },
        async opened(given = {}, payout = {}) {
          const intent = anIntent({ payout: { create: aPayout(payout) }, ...given });
          const result = await fixture.ledger.open(intent);
          if (result.kind !== "opened" || !result.payout) throw new Error(`The attempt was ${result.kind}.`);
          return { intent, attempt: result.attempt, payout: result.payout };
        },
        async eventsOf(payoutId) {
          const events = await fixture.rows(
            `select from_status, to_status from event where payout_id = '${payoutId}' order by payout_version`,
          );
          return events.map((row) => [Number(row.from_status), Number(row.to_status)]);
        },
        rows: (sql) => engine.rows(url, sql),
      };
      body(fixture);
    });
  });
}
