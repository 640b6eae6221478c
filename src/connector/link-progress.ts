/** A provider's states of links, in an order for choosing one of several. */
export interface LinkProgress {
  /** From ended without having been paid to paid. */
  readonly order: readonly string[];
  /** The state of a link that waits for its recipient. */
  readonly waiting: string;
}

/**
 * How far a link has come: of several that one payout has by mistake, the one that has come furthest is where the money goes. A
 * state that nobody knows may be one in which money moves, so it is further than waiting.
 */
export function linkProgress({ order, waiting }: LinkProgress, state: string | null | undefined): number {
  const index = order.indexOf(state ?? "");
  return index === -1 ? order.indexOf(waiting) + 0.5 : index;
}
