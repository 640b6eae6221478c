/** A value bound to a parameter. */
export type Param = string | number | bigint | Uint8Array | null;

/** A row, by column name. Integers arrive as number or bigint, whichever the engine gives: read them with `rows.ts`. */
export type Row = Readonly<Record<string, unknown>>;

/** One statement, with the values of `$1`, `$2`, … */
export interface Query {
  readonly sql: string;
  readonly params: readonly Param[];
}

/** Queries that are asked together, in this order, and cost one round trip where the store is elsewhere. */
export interface Batch {
  readonly queries: readonly Query[];
  /** Whether the commit goes with them: it happens where all succeed, and nothing of the transaction stays where one fails. */
  readonly isLast: boolean;
}

/**
 * A transaction, written once for every engine. It yields batches, is given the rows of
 * each query, and returns its result. It may be run again from the start, so it has no effect but its queries.
 */
export type Transaction<T> = Generator<Batch, T, readonly (readonly Row[])[]>;

/** The rows of each of several queries. */
export type RowsOf<Q extends readonly Query[]> = { readonly [I in keyof Q]: readonly Row[] };

/**
 * A statement from `sql.ts` with its values.
 *
 * @throws Error for text that PostgreSQL cannot store, lest the engines differ.
 */
export function query(sql: string, ...params: readonly Param[]): Query {
  if (!params.every(isStorable))
    throw new Error(
      "The ledger cannot store text with a NUL character (U+0000) or half of a surrogate pair in it: leave it out.",
    );
  return { sql, params };
}

/** Sends one query: `const rows = yield* fetchRows(sql.payoutInScope, tenantId, merchantId, id)`. */
export function* fetchRows(sql: string, ...params: readonly Param[]): Transaction<readonly Row[]> {
  const [rows] = yield* fetchBatch([query(sql, ...params)]);
  return rows;
}

/** Sends several queries at once. */
export function* fetchBatch<const Q extends readonly Query[]>(queries: Q): Transaction<RowsOf<Q>> {
  return (yield { queries, isLast: false }) as RowsOf<Q>;
}

/** Sends the last queries of a transaction, and commits. */
export function* commitWith<const Q extends readonly Query[]>(queries: Q): Transaction<RowsOf<Q>> {
  return (yield { queries, isLast: true }) as RowsOf<Q>;
}

/** Runs a transaction on an engine that answers at once. */
export function runTransaction<T>(transaction: Transaction<T>, answer: (query: Query) => readonly Row[]): T {
  let step = transaction.next();
  while (!step.done) step = transaction.next(step.value.queries.map(answer));
  return step.value;
}

/** Runs a transaction on an engine that answers later. */
export async function runTransactionAsync<T>(
  transaction: Transaction<T>,
  answer: (batch: Batch) => Promise<readonly (readonly Row[])[]>,
): Promise<T> {
  let step = transaction.next();
  while (!step.done) step = transaction.next(await answer(step.value));
  return step.value;
}

function isStorable(param: Param): boolean {
  return typeof param !== "string" || (param.isWellFormed() && !param.includes("\0"));
}
