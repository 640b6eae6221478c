import type { HttpLimits, ProviderHost } from "./host.ts";
import type { HttpRequest } from "./http.ts";
import { isAmbiguous } from "./provider-failure.ts";
import { readRetryAfter } from "./provider-reply.ts";
import { retryDelayMs } from "./retry.ts";
import { type TryResult, tryOnce } from "./try.ts";
import type { WireRequest } from "./wire-request.ts";

/** A request with what decides how it is sent. */
export interface ExchangeOptions {
  readonly effect: NonNullable<HttpRequest["effect"]>;
  /** In milliseconds since 1970. */
  readonly deadlineMs: number;
  readonly limits: HttpLimits;
  now(): number;
  /** Awaited before each try, when the circuit breaker lets it through. */
  beforeTry(): Promise<void>;
  /** Called just before the first byte of a try may leave. Where it throws, none leaves. */
  onSend(): void;
}

/** How a request ended, after all its tries. */
export interface ExchangeResult {
  /** Of the last try. */
  readonly result: TryResult;
  readonly tries: number;
  /** Whether an earlier try may have been carried out without anybody knowing. */
  readonly inDoubt: boolean;
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
  let inDoubt = false;
  let lastDelayMs = 0;
  for (let tries = 1; ; tries++) {
    const remainingMs = deadlineMs - now();
    const retryAfterMs = retryAfterOf(result, now());
    const question = {
      result,
      effect,
      tries,
      maxRetries: limits.retries,
      lastDelayMs,
      retryAfterMs,
      remainingMs,
    };
    const delayMs = retryDelayMs(question);
    if (delayMs === undefined || !host.retryBudget.withdraw()) return { result, tries, inDoubt };
    inDoubt ||= leavesDoubt(result, effect);
    lastDelayMs = delayMs;
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    // Where the breaker has opened since, what the last try brought is the answer.
    const again = await trial().catch(() => undefined);
    if (again === undefined) return { result, tries, inDoubt };
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
  await options.beforeTry();
  const totalTimeoutMs = options.deadlineMs - options.now();
  if (totalTimeoutMs <= 0)
    return { kind: "lost", sent: false, why: "deadline", cause: new Error("the call's deadline passed") };
  const limits = { ...options.limits, totalTimeoutMs };
  return host.connections.use((connection) => tryOnce(connection, request, limits, options.onSend));
}

function leavesDoubt(result: TryResult, effect: ExchangeOptions["effect"]): boolean {
  if (effect === "read") return false;
  return result.kind === "lost" ? result.sent : isAmbiguous(result.status);
}
