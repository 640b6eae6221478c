import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { number, text } from "./sql/rows.ts";
import { fetchRows, type Transaction } from "./transactions/transaction.ts";

/** A step of the schema, as its file has it. */
export interface Migration {
  readonly version: number;
  /** The file's name: `001_payouts.sql`. */
  readonly name: string;
  /** Hexadecimal SHA-256 of the file. */
  readonly checksum: string;
  readonly statements: readonly string[];
}

const createTable = `create table if not exists migration (
  version integer not null primary key,
  name text not null,
  checksum text not null,
  applied_at_ms bigint not null
)`;

/** Reads the migrations of this build, oldest first. */
export function readMigrations(folder = new URL("./migrations/", import.meta.url)): readonly Migration[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .sort()
    .map((name) => {
      const script = readFileSync(new URL(name, folder), "utf8");
      return {
        version: Number.parseInt(name, 10),
        name,
        checksum: createHash("sha256").update(script).digest("hex"),
        statements: statementsOf(script),
      };
    });
}

/**
 * Brings a database to this build's schema. The engine runs it alone, whatever the number of processes that start at once.
 *
 * @throws Error when the database is newer than this build, or a migration was changed after it had been applied.
 */
export function* migrate(migrations: readonly Migration[], nowMs: number): Transaction<void> {
  yield* fetchRows(createTable);
  const applied = yield* fetchRows("select version, name, checksum from migration order by version");
  for (const row of applied) {
    const known = migrations.find(({ version }) => version === number(row, "version"));
    if (!known) throw new Error(tooNew(text(row, "name"), migrations));
    if (known.checksum !== text(row, "checksum")) throw new Error(changedSince(known.name));
  }
  for (const migration of migrations.slice(applied.length)) {
    for (const statement of migration.statements) yield* fetchRows(statement);
    const { version, name, checksum } = migration;
    yield* fetchRows("insert into migration values ($1, $2, $3, $4)", version, name, checksum, nowMs);
  }
}

// Statements end with a semicolon at the end of a line. Comments are left out first: one may end so too.
function statementsOf(script: string): string[] {
  return script
    .replaceAll(/^\s*--.*$/gm, "")
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "");
}

function tooNew(name: string, migrations: readonly Migration[]): string {
  const latest = migrations.at(-1)?.name ?? "none";
  return (
    `The database was brought to ${name} by a newer build; this one knows migrations up to ${latest}. ` +
    "Start the newer build, or give this one another database."
  );
}

function changedSince(name: string): string {
  return (
    `Migration ${name} is not the one that was applied to this database: its checksum differs. ` +
    "Restore the file as it was released, and put the change into a new migration."
  );
}
