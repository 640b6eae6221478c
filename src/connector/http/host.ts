import {
  BrokenCircuitError,
  type BulkheadPolicy,
  BulkheadRejectedError,
  bulkhead,
  type CircuitBreakerPolicy,
  CircuitState,
  circuitBreaker,
  handleWhenResult,
  SamplingBreaker,
  TaskCancelledError,
} from "cockatiel";
import { Failure } from "../../core/failure.ts";
import { reasons } from "../../core/reasons.ts";
import { type Connections, createConnections } from "./connections.ts";
import { unavailable } from "./reply.ts";
import { createRetryBudget, type RetryBudget } from "./retry.ts";
import type { Loss, TryResult } from "./try.ts";

/** Limits of a connector's HTTP client. */
export interface HttpLimits {
  /** Requests in progress at once, and so the most connections, per base URL. */
  readonly inFlight: number;
  /** Requests that may wait for one of those. */
  readonly queue: number;
  readonly connectTimeoutMs: number;
  readonly headersTimeoutMs: number;
  readonly maxReplyBytes: number;
  /** Repeats of one request at most. */
  readonly retries: number;
  /** How long an open circuit breaker lets nothing through, in milliseconds. */
  readonly breakMs: number;
}

/** The limits unless the operator sets others. */
export const defaultHttpLimits: HttpLimits = {
  inFlight: 64,
  queue: 128,
  connectTimeoutMs: 2_000,
  headersTimeoutMs: 10_000,
  maxReplyBytes: 1_048_576,
  retries: 2,
  breakMs: 10_000,
};

/** One base URL of a provider, with everything that its requests share. */
export interface ProviderHost {
  readonly connections: Connections;
  /** Comes before every path; empty or `/…` without a trailing slash. */
  readonly pathPrefix: string;
  readonly retryBudget: RetryBudget;
  /**
   * Runs a request when a slot is free.
   *
   * @throws Failure CONNECTOR_BUSY, or PROVIDER_UNAVAILABLE if `timeoutMs` passes in the queue: nothing was sent.
   */
  admit<T>(run: () => Promise<T>, timeoutMs: number): Promise<T>;
  /**
   * Runs a try under the circuit breaker, which counts the results that `isProviderFault` selects.
   *
   * @throws Failure PROVIDER_UNAVAILABLE while the breaker is open: nothing was sent.
   */
  guard(run: () => Promise<TryResult>): Promise<TryResult>;
  close(): Promise<void>;
}

/** Prepares connections to a base URL, with their circuit breaker and bulkhead. */
export function createProviderHost(connector: string, baseUrl: string, limits: HttpLimits): ProviderHost {
  const url = new URL(baseUrl);
  const connections = createConnections(url.origin, limits);
  const slots = bulkhead(limits.inFlight, limits.queue);
  const breaker = createBreaker(limits.breakMs);
  return {
    connections,
    pathPrefix: url.pathname.replace(/\/+$/, ""),
    retryBudget: createRetryBudget(),
    admit: async (run, timeoutMs) => {
      try {
        return await (slots.executionSlots > 0 ? slots.execute(run) : waitForSlot(slots, run, timeoutMs));
      } catch (error) {
        throw admissionFailure(connector, error);
      }
    },
    guard: async (run) => {
      // Cockatiel would let callers wait without limit for the one request that tests a half-open breaker.
      if (breaker.state === CircuitState.HalfOpen) throw brokenCircuit(connector, limits.breakMs);
      try {
        return await breaker.execute(run);
      } catch (error) {
        throw error instanceof BrokenCircuitError ? brokenCircuit(connector, limits.breakMs) : error;
      }
    },
    close: () => connections.close(),
  };
}

function waitForSlot<T>(slots: BulkheadPolicy, run: () => Promise<T>, timeoutMs: number): Promise<T> {
  const queueing = new AbortController();
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => {
      queueing.abort();
      reject(new TaskCancelledError());
    }, timeoutMs);
    const start = () => {
      clearTimeout(timer);
      return run();
    };
    slots
      .execute(start, queueing.signal)
      .finally(() => clearTimeout(timer))
      .then(resolve, reject);
  });
}

function admissionFailure(connector: string, error: unknown): unknown {
  if (error instanceof TaskCancelledError)
    return unavailable(
      connector,
      "was not called: the deadline passed while the request waited in the queue",
    );
  if (!(error instanceof BulkheadRejectedError)) return error;
  return new Failure(
    "CONNECTOR_BUSY",
    `Too many calls to ${connector} are in progress; nothing was sent. ${reasons.CONNECTOR_BUSY.advice}`,
    { retryAfterMs: busyRetryMs, metadata: { connector } },
  );
}

function brokenCircuit(connector: string, breakMs: number): Failure {
  return unavailable(connector, "was not called: too many of its last replies were errors or timeouts", {
    retryAfterMs: breakMs,
  });
}

function createBreaker(breakMs: number): CircuitBreakerPolicy {
  return circuitBreaker(handleWhenResult(isProviderFault), {
    halfOpenAfter: breakMs,
    breaker: new SamplingBreaker({
      threshold: 0.5,
      duration: sampleMs,
      minimumRps: minSamples / (sampleMs / 1_000),
    }),
  });
}

/** Losses that do not count against the provider: our own, and those of a caller whose deadline was too short. */
const notTheProviders: ReadonlySet<Loss> = new Set<Loss>(["deadline", "blocked"]);

function isProviderFault(outcome: unknown): boolean {
  const result = outcome as TryResult;
  return result.kind === "reply" ? result.status >= 500 : !notTheProviders.has(result.why);
}

const sampleMs = 30_000;
const minSamples = 10;
const busyRetryMs = 1_000;
