import { Failure } from "../../core/failure.ts";
import type { Limits } from "../dispatch/limits.ts";

const msOfUnit: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1000,
  m: 1,
  u: 0.001,
  n: 0.000_001,
};

/**
 * Reads a `grpc-timeout` header: up to eight digits and a unit. Returns milliseconds: at most the longest deadline of this
 * server; less than a millisecond is a millisecond, 0 is 0. Undefined where the header cannot be read.
 */
export function readGrpcTimeout(header: string, limits: Limits): number | undefined {
  const [, digits, unit] = /^(\d{1,8})([HMSmun])$/.exec(header) ?? [];
  const msPerUnit = msOfUnit[unit ?? ""];
  if (digits === undefined || msPerUnit === undefined) return undefined;
  return Math.min(Math.ceil(Number(digits) * msPerUnit), limits.longestDeadlineMs);
}

/** The error of a timeout header that cannot be read. */
export function malformedTimeout(): Failure {
  return new Failure(
    "INVALID_DATA_FORMAT",
    "Invalid data format: grpc-timeout. Write one to eight digits and a unit, such as 500m for half a second or 10S for ten.",
    { field: "grpc-timeout" },
  );
}
