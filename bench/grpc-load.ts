import { connectGrpc, type GrpcConnection, type GrpcTarget } from "./grpc-connection.ts";

/** A load of unary gRPC calls, closed loop: a call begins when another ends. */
export interface Load extends GrpcTarget {
  /** The serialised request of the next call. */
  message(): Uint8Array;
  readonly calls: number;
  /** Calls in flight at once. */
  readonly inFlight: number;
  /** HTTP/2 connections that share them. */
  readonly connections: number;
}

/** What a load came to. */
export interface Loaded {
  readonly calls: number;
  readonly errors: number;
  /** What became of the first call that failed: its gRPC status, or how it was lost. */
  readonly firstError: string | undefined;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Sends a load, and waits for its last answer. */
export async function sendLoad(load: Load): Promise<Loaded> {
  const connections = await Promise.all(Array.from({ length: load.connections }, () => connectGrpc(load)));
  try {
    return await run(load, connections);
  } finally {
    for (const connection of connections) connection.close();
  }
}

function run(load: Load, connections: readonly GrpcConnection[]): Promise<Loaded> {
  const durationsMs = new Float64Array(load.calls);
  const startedAt = performance.now();
  let begun = 0;
  let ended = 0;
  let errors = 0;
  let firstError: string | undefined;
  return new Promise((resolve) => {
    const next = (connection: GrpcConnection) => {
      if (begun === load.calls) return;
      begun += 1;
      const beganAt = performance.now();
      connection.call(load.message(), (status) => {
        durationsMs[ended] = performance.now() - beganAt;
        ended += 1;
        if (status !== "0") {
          errors += 1;
          firstError ??= status;
        }
        if (ended === load.calls) {
          const seconds = (performance.now() - startedAt) / 1000;
          resolve({ calls: load.calls, errors, firstError, seconds, ...percentiles(durationsMs) });
        } else next(connection);
      });
    };
    for (let slot = 0; slot < load.inFlight; slot++) {
      next(connections[slot % connections.length] as GrpcConnection);
    }
  });
}

/** The median and the 99th percentile of durations, which it sorts. */
export function percentiles(durationsMs: Float64Array): { readonly p50Ms: number; readonly p99Ms: number } {
  durationsMs.sort();
  const at = (share: number) => durationsMs[Math.floor(durationsMs.length * share)] ?? 0;
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}
