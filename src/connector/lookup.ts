import type { Context } from "./contract.ts";

/**
 * How long to wait until nothing that an attempt sent can have an effect any more, in milliseconds; 0 if that is so already.
 * For the `lookup` of a provider without idempotency keys that found nothing: a second send while an earlier request is still
 * in progress makes a second link. `effectMs` is the longest that a request takes to show, its way there included.
 *
 * The time of the last send is unknown. Known are the time of the first, and the time of the last try, which may have been
 * no more than a lookup. So time is divided into periods of `effectMs`, counted from the first send, and only the first try
 * in every second period may send again:
 *
 *     period   0      1      2      3      4
 *              sent   send   wait   send   wait
 *
 * However often callers retry, every earlier send has then had nearly a whole period to show.
 */
export function resendWaitMs(
  { startedAtMs, lastTriedAtMs = startedAtMs, now }: Pick<Context, "startedAtMs" | "lastTriedAtMs" | "now">,
  effectMs: number,
): number {
  const nowMs = now();
  const period = Math.max(0, Math.floor((nowMs - startedAtMs) / effectMs));
  const maySend = period % 2 === 1;
  const isFirstTry = lastTriedAtMs < startedAtMs + period * effectMs;
  if (maySend && isFirstTry) return 0;
  const next = maySend ? period + 2 : period + 1;
  return startedAtMs + next * effectMs - nowMs;
}

/** A provider's link states, ordered for choosing one of several links. */
export interface LinkProgress {
  /** From ended without having been paid to paid. */
  readonly order: readonly string[];
  /** The state of a link that waits for its recipient. */
  readonly waiting: string;
}

/**
 * How far a link has come. If one payout has several links by mistake, the one that has come furthest is where the money
 * goes. An unknown state may be one in which money moves, so it counts as further than waiting.
 */
export function linkProgress({ order, waiting }: LinkProgress, state: string | null | undefined): number {
  const index = order.indexOf(state ?? "");
  return index === -1 ? order.indexOf(waiting) + 0.5 : index;
}
