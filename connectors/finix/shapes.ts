import { z } from "zod";

/** The fields of every object with tags, by which the result of an earlier send is found. */
const tagged = z.object({
  id: z.string().min(1),
  created_at: z.string().nullish(),
  // Values are texts, but Finix's own examples have booleans too.
  tags: z.record(z.string(), z.unknown()).nullish(),
});

/** A payout link. */
export const link = tagged.extend({
  state: z.string().nullish(),
  link_url: z.string().nullish(),
  link_expires_at: z.string().nullish(),
  nickname: z.string().nullish(),
  amount_details: z.object({ total_amount: z.number().nullish(), currency: z.string().nullish() }).nullish(),
});

/** A payout link that was just made: without its URL no recipient could be paid by it. */
export const newLink = link.extend({ link_url: z.string().min(1) });

/** A recipient. */
export const identity = tagged;

/** One page of a list, under the collection's name. */
export function page<T>(item: z.ZodType<T>) {
  return z.object({
    _embedded: z.record(z.string(), z.array(item).nullish()).nullish(),
    page: z.object({ next_cursor: z.string().nullish() }).nullish(),
  });
}

/** As {@link tagged} reads it. */
export type Tagged = z.output<typeof tagged>;

/** As {@link link} reads it. */
export type Link = z.output<typeof link>;
