/** Where a value is inside JSON: names and indexes. */
export type Place = readonly (string | number)[];

/** A value inside JSON, and where. */
export interface Found {
  readonly place: Place;
  readonly value: unknown;
}

/** Every value inside JSON, the outermost first. */
export function everyValue(json: unknown, place: Place = []): readonly Found[] {
  if (typeof json !== "object" || json === null) return [{ place, value: json }];
  const entries = Array.isArray(json) ? [...json.entries()] : Object.entries(json);
  return [{ place, value: json }, ...entries.flatMap(([key, value]) => everyValue(value, [...place, key]))];
}

/** A copy of JSON with another value at a place; `undefined` removes it. */
export function withValue(json: unknown, [key, ...rest]: Place, value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(json)) {
    const changed = json.map((item, index) => (index === key ? withValue(item, rest, value) : item));
    return rest.length === 0 && value === undefined ? json.filter((_, index) => index !== key) : changed;
  }
  const { [key]: old, ...others } = json as Record<string, unknown>;
  return rest.length === 0 && value === undefined
    ? others
    : { ...others, [key]: withValue(old, rest, value) };
}
