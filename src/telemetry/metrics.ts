import { collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** Labels of an RPC. Each has a bounded set of values. */
export interface RpcLabels {
  /** `types.PayoutService/CreateLink`, or `unknown`. */
  readonly method: string;
  /** gRPC status in lower case: `ok`, `invalid_argument`, … */
  readonly code: string;
  /** The connector that serves the call, by its registered name; `none` where the call ended before one was resolved. */
  readonly connector: string;
  /** `grpc`, `grpc-web` or `connect`. */
  readonly protocol: string;
}

/** Labels of a provider call. */
export interface ProviderLabels {
  readonly connector: string;
  /** HTTP status class (`2xx`, `4xx`, …), or `none` where no reply came. */
  readonly outcome: string;
}

/** Metrics of this process, for Prometheus. */
export interface Metrics {
  rpcStarted(): void;
  rpcEnded(): void;
  /** Counts one answered RPC. */
  rpc(labels: RpcLabels, seconds: number): void;
  /** Counts one reply of a provider, or its absence. */
  provider(labels: ProviderLabels, seconds: number): void;
  /** The content type of {@link Metrics.text}. */
  readonly contentType: string;
  /** Everything, in the Prometheus text format. */
  text(): Promise<string>;
}

const fromMilliseconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Makes a registry of its own, so that two servers in one process do not share numbers. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const rpcs = new Histogram({
    name: "sluice_rpc_duration_seconds",
    help: "Time from a call's arrival to its answer.",
    labelNames: ["method", "code", "connector", "protocol"],
    buckets: fromMilliseconds,
    registers: [registry],
  });
  const rpcsInFlight = new Gauge({
    name: "sluice_rpcs_in_flight",
    help: "Calls in flight, those whose caller no longer waits included.",
    registers: [registry],
  });
  const providerCalls = new Histogram({
    name: "sluice_provider_call_duration_seconds",
    help: "Time from a request to a provider to its reply.",
    labelNames: ["connector", "outcome"],
    buckets: fromMilliseconds,
    registers: [registry],
  });
  return {
    rpcStarted: () => rpcsInFlight.inc(),
    rpcEnded: () => rpcsInFlight.dec(),
    rpc: (labels, seconds) => rpcs.observe({ ...labels }, seconds),
    provider: (labels, seconds) => providerCalls.observe({ ...labels }, seconds),
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}
