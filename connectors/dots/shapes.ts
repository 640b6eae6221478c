import { z } from "zod";

const text = z.string().nullish();

/** A payout link. No field is required, because it was requested by its id. */
export const link = z.object({
  id: text,
  link: text,
  status: text,
  amount: z.union([z.number(), z.string()]).nullish(),
  delivery: z.object({ method: text }).nullish(),
  claimed_user_id: text,
});

/** A payout link that was just made: without its id and URL it is of no use. */
export const madeLink = link.extend({ id: z.string().min(1), link: z.string().min(1) });

/** A movement of money, into a user's Dots wallet or out of it. */
export const transfer = z.object({
  id: z.string(),
  created: text,
  status: text,
  type: text,
  payout_link_id: text,
});

/** One page of a list of transfers. */
export const transfers = z.object({ data: z.array(transfer), has_more: z.boolean().nullish() });

export type Link = z.output<typeof link>;
export type MadeLink = z.output<typeof madeLink>;
export type Transfer = z.output<typeof transfer>;
