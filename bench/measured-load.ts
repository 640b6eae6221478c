import { type Load, sendLoad } from "./grpc-load.ts";
import type { MeasuredProcess } from "./measured-process.ts";

/** What a load came to, and what it cost the server. */
export interface MeasuredLoad {
  readonly callsPerSecond: number;
  readonly p50Ms: number;
  /** Of all threads of the server. */
  readonly cpuMicrosecondsPerCall: number;
}

/** A load without the server that it goes to. */
export type UnaddressedLoad = Omit<Load, "url">;

/**
 * Sends a load to a process and measures both.
 *
 * @throws Error where a call failed: then the numbers say nothing.
 */
export async function measureLoad(server: MeasuredProcess, load: UnaddressedLoad): Promise<MeasuredLoad> {
  const before = await server.usage();
  const { calls, errors, firstError, seconds, p50Ms } = await sendLoad({ ...load, url: server.url });
  const after = await server.usage();
  if (errors > 0) throw new Error(`${errors} of ${calls} calls to ${load.path} failed, first: ${firstError}`);
  return {
    callsPerSecond: calls / seconds,
    p50Ms,
    cpuMicrosecondsPerCall: (after.cpuMicroseconds - before.cpuMicroseconds) / calls,
  };
}
