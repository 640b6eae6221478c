import { z } from "zod";

/** A link that was just made: without its token and URL it can be neither found nor opened. */
export const madeLink = z.object({
  data: z.object({
    token: z.string().min(1),
    url: z.string().min(1),
    status: z.string().nullish(),
    expires_at: z.string().nullish(),
  }),
});

/** A link that was made, as Easy Labs answers it. */
export type MadeLink = z.output<typeof madeLink>["data"];

/** A link read by its token. */
export const link = z.object({
  data: z.object({
    status: z.string().nullish(),
    expires_at: z.string().nullish(),
    recipient_id: z.string().nullish(),
    transaction_id: z.string().nullish(),
  }),
});

/** A link as Easy Labs shows it. */
export type Link = z.output<typeof link>["data"];

/** The transaction that pays a claimed link. */
export const transaction = z.object({ data: z.object({ status: z.string().nullish() }) });

const listedLink = z.object({
  token: z.string().nullish(),
  url: z.string().nullish(),
  status: z.string().nullish(),
  expires_at: z.string().nullish(),
  amount: z.int().optional().catch(undefined),
  /** Null where a link has none; absent where the list does not show it. */
  description: z.string().nullish(),
});

/** A link in the list. */
export type ListedLink = z.output<typeof listedLink>;

const rows = z.array(listedLink);

/**
 * A page of the list. Some of Easy Labs' lists are arrays, and some are objects with the array under a name of its own: one
 * with two arrays cannot be read, since an empty one could be taken for the end of the list.
 */
export const page = z.object({
  data: z.union([
    rows,
    z
      .record(z.string(), z.unknown())
      .transform((envelope) => Object.values(envelope).filter((value) => Array.isArray(value)))
      .pipe(z.tuple([rows]))
      .transform(([only]) => only),
  ]),
});

/** An error reply. */
export const error = z.object({
  error: z.object({ code: z.string().nullish().catch(""), message: z.string().nullish().catch("") }),
});
