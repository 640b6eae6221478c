import type pg from "pg";
import { BINARY, LOCK, SKIP_LOCKED } from "../sql/sql.ts";
import {
  type Batch,
  type Query,
  type Row,
  runTransactionAsync,
  type Transaction,
} from "../transactions/transaction.ts";

/**
 * Runs a transaction. `beginning` and the commit are sent along with its first and last batch, at
 * no round trip of their own.
 *
 * @throws what the server answered, when nothing of it has stayed, or the outcome is unknown because the connection was lost.
 */
export async function runOn<T>(pool: pg.Pool, beginning: string, begin: () => Transaction<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  let isBegun = false;
  let isCommitted = false;

  async function answer({ queries, isLast }: Batch): Promise<readonly (readonly Row[])[]> {
    const before = isBegun ? [] : [beginning];
    const after = isLast ? ["commit"] : [];
    isBegun = true;
    const rows = await send(client, [...before, ...queries, ...after]);
    isCommitted = isLast;
    return rows.slice(before.length, before.length + queries.length);
  }

  try {
    const result = await runTransactionAsync(begin(), answer);
    if (!isCommitted) await client.query("commit");
    return result;
  } catch (error) {
    // A connection that cannot roll back is lost, and must not go back into the pool.
    await client.query("rollback").catch((rollbackError: Error) => {
      broken = rollbackError;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/** Sends queries in one go. Ends when all are answered, and rejects with the first error: those after it follow from it. */
export async function send(
  client: pg.Pool | pg.PoolClient,
  queries: readonly (string | Query)[],
): Promise<readonly (readonly Row[])[]> {
  const results = await Promise.allSettled(
    queries.map((each) => client.query(typeof each === "string" ? each : prepared(each))),
  );
  return results.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value.rows;
  });
}

// Named, so that the server reads and plans each text once per connection: that is most of what a query costs it.
const statements = new Map<string, { readonly name: string; readonly text: string }>();

function prepared({ sql, params }: Query): pg.QueryConfig {
  const known = statements.get(sql);
  const { name, text } = known ?? {
    name: `sluice_${statements.size}`,
    text: sql
      .replace(LOCK, "for no key update")
      .replace(SKIP_LOCKED, "skip locked")
      .replaceAll(BINARY, 'collate "C"'),
  };
  if (!known) statements.set(sql, { name, text });
  return { name, text, values: [...params] };
}
