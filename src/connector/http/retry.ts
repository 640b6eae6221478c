import type { HttpRequest } from "./request.ts";
import type { TryResult } from "./try.ts";

/** Permits retries for a tenth of the requests, so that retries never multiply the load on a failing provider. */
export interface RetryBudget {
  /** Counts a request. */
  deposit(): void;
  /** Takes the right to one retry; false if there is none left. */
  withdraw(): boolean;
}

/** A retry budget: ten retries at first, and one more for every ten requests. */
export function createRetryBudget(): RetryBudget {
  let retries = maxSavedRetries;
  return {
    deposit: () => {
      retries = Math.min(maxSavedRetries, retries + retriesPerRequest);
    },
    withdraw: () => {
      if (retries < 1) return false;
      retries -= 1;
      return true;
    },
  };
}

const maxSavedRetries = 10;
const retriesPerRequest = 0.1;

/** The facts that decide about a retry. */
export interface RetryState {
  readonly result: TryResult;
  readonly effect: NonNullable<HttpRequest["effect"]>;
  /** Tries made so far. */
  readonly tries: number;
  /** Retries allowed at most. */
  readonly maxRetries: number;
  /** The delay before the last retry, in milliseconds; 0 if there was none. */
  readonly lastDelayMs: number;
  /** The delay that the provider asked for, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** Until the call's deadline, in milliseconds. */
  readonly remainingMs: number;
}

/** How long to wait before sending again, in milliseconds; undefined if the request must not be sent again. */
export function retryDelayMs(state: RetryState): number | undefined {
  if (state.tries > state.maxRetries || !mayRepeat(state)) return undefined;
  const wanted = state.retryAfterMs ?? jitteredDelayMs(state.lastDelayMs);
  const tooLong = wanted > maxDelayMs || wanted >= state.remainingMs;
  return tooLong ? undefined : wanted;
}

function mayRepeat({ result, effect, tries }: RetryState): boolean {
  if (result.kind === "lost" && !result.sent) return result.why === "refused" && tries === 1;
  if (effect === "once") return false;
  return result.kind === "lost" ? result.why === "reset" : worthRepeating.has(result.status);
}

const worthRepeating: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** Decorrelated jitter: between the base and three times the last delay. */
function jitteredDelayMs(lastDelayMs: number): number {
  const ceiling = Math.max(baseDelayMs, lastDelayMs) * 3;
  return Math.min(maxDelayMs, Math.round(baseDelayMs + Math.random() * (ceiling - baseDelayMs)));
}

const baseDelayMs = 25;
const maxDelayMs = 2_000;
