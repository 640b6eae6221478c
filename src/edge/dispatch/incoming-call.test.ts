import { once } from "node:events";
import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { Failure } from "../../core/failure.ts";
import { IncomingCall, RawMetadata, sizeOfMetadata } from "./incoming-call.ts";

function arrive({
  headers = [],
  timeoutMs = 60_000,
}: {
  headers?: string[];
  timeoutMs?: number;
} = {}): IncomingCall {
  return new IncomingCall({ rawHeaders: headers, protocol: "grpc", timeoutMs });
}

test.each([
  ["abc-123", true],
  ["x".repeat(128), true],
  ["x".repeat(129), false],
  ["a b", false],
  ["caf\u00e9", false],
  ["", false],
])("a request id of %j is taken: %s", (given, taken) => {
  const call = arrive({ headers: ["x-request-id", given] });
  call.finish();
  if (taken) expect(call.requestId).toBe(given);
  else
    expect(call.requestId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("the deadline ends the call, aborts its signal and notifies the running handler", async () => {
  const call = arrive({ timeoutMs: 5 });
  const reasons: unknown[] = [];
  call.onEnd = (reason) => reasons.push(reason);
  expect(call.signal.aborted).toBe(false);
  await once(call.signal, "abort");
  expect(call.ended).toMatchObject({ reason: "DEADLINE_EXCEEDED" });
  expect(call.signal.reason).toBe(call.ended);
  expect(reasons).toEqual([call.ended]);
});

test("a signal asked for after the end has aborted", () => {
  const call = arrive();
  call.cancel();
  expect(call.signal.aborted).toBe(true);
  expect(call.signal.reason).toBeInstanceOf(ConnectError);
  expect(call.signal.reason.code).toBe(Code.Canceled);
});

test("no time at all is over at once", () => {
  expect(arrive({ timeoutMs: 0 }).ended).toBeInstanceOf(Failure);
});

test("what is finished does not end, and what has ended does not end again", () => {
  const finished = arrive();
  finished.finish();
  finished.cancel();
  expect(finished.ended).toBeUndefined();
  const ended = arrive();
  ended.end(new Error("first"));
  ended.cancel();
  expect(ended.ended?.message).toBe("first");
  ended.finish();
});

test("a stream without an end has no timer", () => {
  const call = arrive({ timeoutMs: Number.POSITIVE_INFINITY });
  expect(call.deadlineMs).toBe(Number.MAX_SAFE_INTEGER);
  expect(call.ended).toBeUndefined();
});

test.each([
  ["X-Upper", "v"],
  ["grpc-status", "0"],
  ["x y", "v"],
  ["x-line", "a\r\nb"],
  ["x-word", "caf\u00e9"],
])("a trailer %j: %j is refused when it is set, not when it is sent", (name, value) => {
  const call = arrive();
  expect(() => call.setTrailer(name, value)).toThrow(TypeError);
  expect(call.trailers).toEqual([]);
  call.finish();
});

const metadata = new RawMetadata([
  ":path",
  "/a.B/C",
  "X-Connector",
  "acme",
  "x-connector-config",
  '{"config":{"Acme":{"a":1,"b":2}}}',
  "x-connector",
  "other",
  "trace-bin",
  "AQI=, AwQ",
  "trace-bin",
  "BQ",
]);

test("the first value, whatever the case of the name, and commas within it kept", () => {
  expect(metadata.get("x-connector")).toBe("acme");
  expect(metadata.get("x-connector-config")).toBe('{"config":{"Acme":{"a":1,"b":2}}}');
  expect(metadata.get("x-absent")).toBeUndefined();
});

test("every value, in order; several binary ones may share a header", () => {
  expect(metadata.all("x-connector")).toEqual(["acme", "other"]);
  expect(metadata.all("trace-bin")).toEqual(["AQI=", "AwQ", "BQ"]);
  expect(metadata.get("trace-bin")).toBe("AQI=");
  expect(metadata.all("x-absent")).toEqual([]);
});

test("size counts names and values", () => {
  expect(sizeOfMetadata(["a", "bc", "def", ""])).toBe(6);
});
