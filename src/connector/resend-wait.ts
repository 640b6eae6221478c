import type { Context } from "./contract.ts";

/**
 * How long to wait until nothing that an attempt has sent can have an effect any more, in milliseconds; 0 where that is so. For
 * the `lookup` of a provider without keys, where nothing was found: what is sent again while an earlier request is still at
 * work makes a second link. `effectMs` is the longest that one takes to show, its way there included.
 *
 * When a request was last sent is not known, only when the first was, and when somebody last tried: which may have been no
 * more than a look. So time is divided into periods from the beginning, and only the first try of every second one may send
 * again. However often somebody tries, whatever was sent before has then had nearly a period to show.
 */
export function resendWaitMs(
  { startedAtMs, lastTriedAtMs = startedAtMs, now }: Pick<Context, "startedAtMs" | "lastTriedAtMs" | "now">,
  effectMs: number,
): number {
  const nowMs = now();
  const period = Math.max(0, Math.floor((nowMs - startedAtMs) / effectMs));
  const isForSending = period % 2 === 1;
  const isFirstTry = lastTriedAtMs < startedAtMs + period * effectMs;
  if (isForSending && isFirstTry) return 0;
  const next = isForSending ? period + 2 : period + 1;
  return startedAtMs + next * effectMs - nowMs;
}
