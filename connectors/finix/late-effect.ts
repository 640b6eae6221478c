import type { FinixContext } from "./credentials.ts";

/** Finix works on a request for five minutes at most; a minute is for its way there. In milliseconds. */
const PERIOD_MS = 6 * 60 * 1000;

/**
 * How long to wait until nothing that an attempt has sent can have an effect any more, in milliseconds; 0 where that is so.
 *
 * Finix has no keys, so a request that is sent again while the one before is still at work makes a second link. When it was
 * last sent is not known, only when it was first sent, and when it was last tried: which may have been no more than a look.
 * So time is divided into periods from the beginning, and only the first try of every second one may send again. However
 * often somebody tries, whatever was sent before has then had a period to show.
 */
export function lateEffectMs({ startedAtMs, lastTriedAtMs = startedAtMs, now }: FinixContext): number {
  const nowMs = now();
  const period = Math.max(0, Math.floor((nowMs - startedAtMs) / PERIOD_MS));
  const isFirstTry = lastTriedAtMs < startedAtMs + period * PERIOD_MS;
  const isForSending = period % 2 === 1;
  if (isForSending && isFirstTry) return 0;
  const next = isForSending ? period + 2 : period + 1;
  return startedAtMs + next * PERIOD_MS - nowMs;
}
