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
import { unavailable } from "./provider-failure.ts";
import { createRetryBudget, type RetryBudget } from "./retry.ts";
import type { Loss, TryResult } from "./try.ts";

/** Limits of a connector's HTTP client. */
export interface HttpLimits {
  /** Requests under way at once, and so the most connections, per base URL. */
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

/** What holds unless the operator says otherwise. */
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
  /** What comes before every path; empty or `/…` without a trailing slash. */
  readonly pathPrefix: string;
  readonly retryBudget: RetryBudget;
  /**
   * Runs a request when there is room for it.
   *
   * @throws Failure CONNECTOR_BUSY, or PROVIDER_UNAVAILABLE if `timeoutMs` passes in the queue: nothing was sent.
   */
  admit<T>(run: () => Promise<T>, timeoutMs: number): Promise<T>;
  /**
   * Runs a try under the circuit breaker, which counts what `isTrouble` says.
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
  const room = bulkhead(limits.inFlight, limits.queue);
  const breaker = createBreaker(limits.breakMs);
  return {
    connections,
    pathPrefix: url.pathname.replace(/\/+$/, ""),
    retryBudget: createRetryBudget(),
    admit: async (run, timeoutMs) => {
      try {
        return await (room.executionSlots > 0 ? room.execute(run) : waitForRoom(room, run, timeoutMs));
      } catch (error) {
        throw admissionFailure(connector, error);
      }
    },
    guard: async (run) => {
      // Cockatiel lets callers wait without end for the one request that tests the water.
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

function waitForRoom<T>(room: BulkheadPolicy, run: () => Promise<T>, timeoutMs: number): Promise<T> {
  const patience = new AbortController();
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => {
      patience.abort();
      reject(new TaskCancelledError());
    }, timeoutMs);
    const start = () => {
      clearTimeout(timer);
      return run();
    };
    room
      .execute(start, patience.signal)
      .finally(() => clearTimeout(timer))
      .then(resolve, reject);
  });
}

function admissionFailure(connector: string, error: unknown): unknown {
  if (error instanceof TaskCancelledError)
    return unavailable(connector, "was not asked: the call's deadline passed while it waited its turn");
  if (!(error instanceof BulkheadRejectedError)) return error;
  return new Failure(
    "CONNECTOR_BUSY",
    `Too many calls to ${connector} are under way; nothing was sent. ${reasons.CONNECTOR_BUSY.advice}`,
    { retryAfterMs: busyRetryMs, metadata: { connector } },
  );
}

function brokenCircuit(connector: string, breakMs: number): Failure {
  return unavailable(connector, "was not asked: too many of its last answers were errors or timeouts", {
    retryAfterMs: breakMs,
  });
}

function createBreaker(breakMs: number): CircuitBreakerPolicy {
  return circuitBreaker(handleWhenResult(isTrouble), {
    halfOpenAfter: breakMs,
    breaker: new SamplingBreaker({
      threshold: 0.5,
      duration: sampleMs,
      minimumRps: minSamples / (sampleMs / 1_000),
    }),
  });
}

/** Losses that are no trouble of the provider's: they are ours, or the caller's whose deadline was too short. */
const ours: ReadonlySet<Loss> = new Set<Loss>(["deadline", "withheld"]);

function isTrouble(outcome: unknown): boolean {
  const result = outcome as TryResult;
  return result.kind === "reply" ? result.status >= 500 : !ours.has(result.why);
}

const sampleMs = 30_000;
const minSamples = 10;
const busyRetryMs = 1_000;
