/** A value bound to a parameter. */
export type Param = string | number | bigint | Uint8Array | null;

/** A row, by column name. Integers arrive as number or bigint, whichever the engine gives: read them with `rows.ts`. */
export type Row = Readonly<Record<string, unknown>>;

/** One statement, with the values of `$1`, `$2`, … */
export interface Query {
  readonly sql: string;
  readonly params: readonly Param[];
}

/**
 * A unit of work: what happens in one transaction, written once for every engine. It yields queries, is given their rows,
 * and returns its result. It may be run again from the start, so it has no effect but its queries.
 */
export type Unit<T> = Generator<Query, T, readonly Row[]>;

/** Thrown by a unit that another writer has overtaken: the engine rolls back and runs it again. */
export class LostRace extends Error {
  constructor(what: string) {
    super(`Another writer was quicker: ${what}.`);
    this.name = "LostRace";
  }
}

/** Asks one query from within a unit: `const rows = yield* ask(sql.payoutById, id)`. */
export function* ask(sql: string, ...params: readonly Param[]): Unit<readonly Row[]> {
  return yield { sql, params };
}

/** Carries out a unit on an engine that answers at once. */
export function carryOut<T>(unit: Unit<T>, answer: (query: Query) => readonly Row[]): T {
  let step = unit.next();
  while (!step.done) step = unit.next(answer(step.value));
  return step.value;
}

/** Carries out a unit on an engine that answers later. */
export async function carryOutAsync<T>(
  unit: Unit<T>,
  answer: (query: Query) => Promise<readonly Row[]>,
): Promise<T> {
  let step = unit.next();
  while (!step.done) step = unit.next(await answer(step.value));
  return step.value;
}
