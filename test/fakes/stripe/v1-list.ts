/** One page of a v1 list, newest first. */
export function list<T>(
  url: string,
  entries: readonly T[],
  count: string | undefined,
  body: (entry: T) => object,
): object {
  const size = Number(count ?? 10);
  const data = entries.slice(-size).reverse().map(body);
  return { object: "list", data, has_more: entries.length > size, url };
}
