import { randomUUID } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";

/** Whether the test run has a PostgreSQL server: for `describe.runIf(hasPostgres())`. */
export function hasPostgres(): boolean {
  return inject("postgresDesk") !== null;
}

/** Makes an empty database on the test run's server, and returns its URL. With a language, text sorts as that has it. */
export async function freshDatabase(language?: string): Promise<string> {
  const desk = inject("postgresDesk");
  if (desk === null) throw new Error("This machine has no PostgreSQL: use describe.runIf(hasPostgres()).");
  const reply = await fetch(desk);
  const server = await reply.text();
  if (!reply.ok) throw new Error(server);
  const name = `${inject("postgresPrefix")}${randomUUID().replaceAll("-", "")}`;
  const order = language ? ` template template0 locale_provider icu icu_locale '${language}'` : "";
  await queryRows(server, `create database ${name}${order}`);
  const url = new URL(server);
  url.pathname = name;
  return url.href;
}

/** Drops the databases whose names begin so. */
export async function dropDatabases(server: string, prefix: string): Promise<void> {
  const names = await queryRows(server, "select datname from pg_database where starts_with(datname, $1)", [
    prefix,
  ]);
  for (const { datname } of names) await queryRows(server, `drop database ${datname} with (force)`);
}

/** Asks a database one query, on a connection of its own. */
export async function queryRows(
  url: string,
  sql: string,
  params: readonly unknown[] = [],
): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql, [...params])).rows;
  } finally {
    await client.end();
  }
}
