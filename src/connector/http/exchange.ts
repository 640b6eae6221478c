import type { EffectGuard } from "./effect-guard.ts";
import type { HttpLimits, ProviderHost } from "./host.ts";
import { isAmbiguous, readRetryAfter } from "./reply.ts";
import type { HttpRequest, WireRequest } from "./request.ts";
import { retryDelayMs } from "./retry.ts";
import { type TryResult, tryOnce } from "./try.ts";

/** Options of {@link exchangeWithProvider}. */
export interface ExchangeOptions {
  readonly effect: NonNullable<HttpRequest["effect"]>;
  /** In milliseconds since 1970. */
  readonly deadlineMs: number;
  readonly limits: HttpLimits;
  now(): number;
  /** `beforeFirstEffect` is awaited before each try that the circuit breaker lets through. */
  readonly guard: EffectGuard;
}

/** The result of a request after all its tries. */
export interface ExchangeResult {
  /** Of the last try. */
  readonly result: TryResult;
  readonly tries: number;
  /** Whether an earlier try may have had an effect. */
  readonly ambiguous: boolean;
}

/** Sends a request, and sends it again where that is provably safe and likely to help. */
export async function exchangeWithProvider(
  host: ProviderHost,
  request: WireRequest,
  options: ExchangeOptions,
): Promise<ExchangeResult> {
  const { effect, limits, deadlineMs, now } = options;
  const trial = () => host.guard(() => tryWithin(host, request, options));
  host.retryBudget.deposit();
  let result = await trial();
  let ambiguous = false;
  let lastDelayMs = 0;
  for (let tries = 1; ; tries++) {
    const remainingMs = deadlineMs - now();
    const retryAfterMs = retryAfterOf(result, now());
    const delayMs = retryDelayMs({
      result,
      effect,
      tries,
      maxRetries: limits.retries,
      lastDelayMs,
      retryAfterMs,
      remainingMs,
    });
    if (delayMs === undefined || !host.retryBudget.withdraw()) return { result, tries, ambiguous };
    ambiguous ||= isAmbiguousResult(result, effect);
    lastDelayMs = delayMs;
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    // If the breaker has opened since, the result of the last try is returned.
    const again = await trial().catch(() => undefined);
    if (again === undefined) return { result, tries, ambiguous };
    result = again;
  }
}

function retryAfterOf(result: TryResult, nowMs: number): number | undefined {
  return result.kind === "reply" ? readRetryAfter(result.headers["retry-after"], nowMs) : undefined;
}

async function tryWithin(
  host: ProviderHost,
  request: WireRequest,
  options: ExchangeOptions,
): Promise<TryResult> {
  await options.guard.beforeFirstEffect();
  const totalTimeoutMs = options.deadlineMs - options.now();
  if (totalTimeoutMs <= 0)
    return { kind: "lost", sent: false, why: "deadline", cause: new Error("the call's deadline passed") };
  const limits = { ...options.limits, totalTimeoutMs };
  return host.connections.use((connection) => tryOnce(connection, request, limits, options.guard));
}

function isAmbiguousResult(result: TryResult, effect: ExchangeOptions["effect"]): boolean {
  if (effect === "read") return false;
  return result.kind === "lost" ? result.sent : isAmbiguous(result.status);
}
