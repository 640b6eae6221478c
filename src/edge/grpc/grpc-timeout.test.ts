import { expect, test } from "vitest";
import { defaultLimits } from "../dispatch/limits.ts";
import { readGrpcTimeout } from "./grpc-timeout.ts";

test.each([
  ["500m", 500],
  ["2S", 2000],
  ["1500000u", 1500],
  ["1n", 1],
  ["0m", 0],
  ["00000001S", 1000],
  ["2M", defaultLimits.longestDeadlineMs],
  ["99999999H", defaultLimits.longestDeadlineMs],
])("%s is %s ms", (header, ms) => {
  expect(readGrpcTimeout(header, defaultLimits)).toBe(ms);
});

test.each(["", "5", "S", "1.5S", "-1S", "123456789m", "1s", "1S ", "1SS"])("%j cannot be read", (header) => {
  expect(readGrpcTimeout(header, defaultLimits)).toBeUndefined();
});
