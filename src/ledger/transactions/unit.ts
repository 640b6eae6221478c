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
  /** Whether the commit goes with them: it happens where all succeed, and nothing of the unit stays where one fails. */
  readonly isLast: boolean;
}

/**
 * A unit of work: what happens in one transaction, written once for every engine. It yields batches, is given the rows of
 * each query, and returns its result. It may be run again from the start, so it has no effect but its queries.
 */
export type Unit<T> = Generator<Batch, T, readonly (readonly Row[])[]>;

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

/** Asks one query from within a unit: `const rows = yield* ask(sql.payoutById, id)`. */
export function* ask(sql: string, ...params: readonly Param[]): Unit<readonly Row[]> {
  const [rows] = yield* askAll([query(sql, ...params)]);
  return rows;
}

/** Asks several queries at once. */
export function* askAll<const Q extends readonly Query[]>(queries: Q): Unit<RowsOf<Q>> {
  return (yield { queries, isLast: false }) as RowsOf<Q>;
}

/** Asks the last queries of a unit, and commits. */
export function* askLast<const Q extends readonly Query[]>(queries: Q): Unit<RowsOf<Q>> {
  return (yield { queries, isLast: true }) as RowsOf<Q>;
}

/** Carries out a unit on an engine that answers at once. */
export function carryOut<T>(unit: Unit<T>, answer: (query: Query) => readonly Row[]): T {
  let step = unit.next();
  while (!step.done) step = unit.next(step.value.queries.map(answer));
  return step.value;
}

/** Carries out a unit on an engine that answers later. */
export async function carryOutAsync<T>(
  unit: Unit<T>,
  answer: (batch: Batch) => Promise<readonly (readonly Row[])[]>,
): Promise<T> {
  let step = unit.next();
  while (!step.done) step = unit.next(await answer(step.value));
  return step.value;
}

function isStorable(param: Param): boolean {
  return typeof param !== "string" || (param.isWellFormed() && !param.includes("\0"));
}
