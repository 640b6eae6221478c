/** Something that is measured once in each round. */
export type Side<T> = () => Promise<T>;

/**
 * Measures the sides in turn, A B A B …, so that a slow spell of the machine meets all of them. Returns every side's
 * results, a round each.
 */
export async function interleave<K extends string, T>(
  rounds: number,
  sides: Readonly<Record<K, Side<T>>>,
): Promise<Readonly<Record<K, readonly T[]>>> {
  const names = Object.keys(sides) as K[];
  const results = Object.fromEntries(names.map((name) => [name, [] as T[]])) as Record<K, T[]>;
  for (let round = 0; round < rounds; round++) {
    for (const name of names) results[name].push(await sides[name]());
  }
  return results;
}

/** The median of one number of every result. */
export function medianOf<T>(results: readonly T[], number: (result: T) => number): number {
  const sorted = results.map(number).toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
