import { z } from "zod";
import { invalidFields } from "./finix-error.ts";

const query = z.strictObject({
  limit: z
    .string()
    .regex(/^([1-9]\d?|100)$/, "from 1 to 100")
    .optional(),
  after_cursor: z.string().optional(),
  before_cursor: z.string().optional(),
});

interface Listed {
  readonly id: string;
}

/**
 * One page of a list, by Finix's cursors: `next_cursor` is the last item's id, and null where nothing follows.
 *
 * @throws FinixError 422 for a cursor that is none, and for filters, which links have not.
 */
export function listPage<T extends Listed>(
  name: string,
  ordered: readonly T[],
  search: URLSearchParams,
  show: (item: T) => object,
): object {
  const read = query.safeParse(Object.fromEntries(search));
  if (!read.success)
    throw invalidFields(
      ...read.error.issues.map(({ path, message }) => ({ field: path.join("."), message })),
    );
  const { limit = "20", after_cursor: after, before_cursor: before } = read.data;
  const left = before === undefined ? ordered : ordered.slice(0, placeOf(ordered, before)).toReversed();
  const from = after === undefined ? 0 : placeOf(left, after) + 1;
  const items = left.slice(from, from + Number(limit));
  const hasMore = from + items.length < left.length;
  return {
    _embedded: { [name]: items.map(show) },
    page: { limit: Number(limit), next_cursor: hasMore ? (items.at(-1)?.id ?? null) : null },
  };
}

function placeOf(ordered: readonly Listed[], cursor: string): number {
  const place = ordered.findIndex(({ id }) => id === cursor);
  if (place === -1) throw invalidFields({ field: "cursor", message: "It is the id of nothing in the list." });
  return place;
}
