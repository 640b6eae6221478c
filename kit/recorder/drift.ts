/** A difference between the shape of a reply and what its fixture says. */
export interface Drift {
  /** The path in the reply: `data.0.status`. */
  readonly path: string;
  readonly was: string;
  readonly is: string;
}

/**
 * Fields that are gone from a reply, and those whose type is another. A value that is null on either side may be anything; new
 * fields are no drift. Each item of a list is held to the shape of the list's first one.
 */
export function driftOf(was: unknown, is: unknown, path = ""): readonly Drift[] {
  if (was === null || is === null) return [];
  const [before, now] = [typeName(was), typeName(is)];
  if (before !== now) return [{ path: path || "the whole", was: before, is: now }];
  if (Array.isArray(was)) {
    const [model] = was;
    return model === undefined
      ? []
      : (is as unknown[]).flatMap((item, index) => driftOf(model, item, join(path, index)));
  }
  if (typeof was !== "object") return [];
  return Object.entries(was as object).flatMap(([name, value]) =>
    driftOf(value, (is as Record<string, unknown>)[name], join(path, name)),
  );
}

function join(path: string, part: string | number): string {
  return path === "" ? String(part) : `${path}.${part}`;
}

function typeName(value: unknown): string {
  if (value === undefined) return "gone";
  return Array.isArray(value) ? "list" : typeof value;
}
