/** The path of a value inside JSON: names and indexes. */
export type JsonPath = readonly (string | number)[];

/** A value inside JSON, with its path. */
export interface PathValue {
  readonly path: JsonPath;
  readonly value: unknown;
}

/** Every value inside JSON, the outermost first. */
export function everyValue(json: unknown, path: JsonPath = []): readonly PathValue[] {
  if (typeof json !== "object" || json === null) return [{ path, value: json }];
  const entries = Array.isArray(json) ? [...json.entries()] : Object.entries(json);
  return [{ path, value: json }, ...entries.flatMap(([key, value]) => everyValue(value, [...path, key]))];
}

/** A copy of JSON with another value at a place; `undefined` removes it. */
export function withValue(json: unknown, [key, ...rest]: JsonPath, value: unknown): unknown {
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
