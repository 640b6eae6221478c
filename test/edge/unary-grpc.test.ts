import { once } from "node:events";
import type { ClientHttp2Session } from "node:http2";
import { gzipSync } from "node:zlib";
import { create, fromBinary, type Message } from "@bufbuild/protobuf";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Call, Handler } from "../../src/core/call.ts";
import { Failure } from "../../src/core/failure.ts";
import { frame } from "../../src/edge/grpc/grpc-frame.ts";
import { PayoutServiceCreateLinkResponseSchema } from "../../src/gen/types/payout_pb.ts";
import { type EchoEdge, echo, startEchoEdge } from "./echo-edge.ts";
import { callRaw, connectRaw, createLinkFrame, openCall, readReply, statusDetails } from "./raw-grpc.ts";

let edge: EchoEdge;
let session: ClientHttp2Session;
let handle: Handler;

beforeEach(async () => {
  handle = echo;
  edge = await startEchoEdge({ createLink: (request, call) => handle(request, call) });
  session = connectRaw(edge.url);
});

afterEach(async () => {
  session.destroy();
  await edge.drain(1000);
});

const request = createLinkFrame({ merchantPayoutId: "p1" });

/** The server is alive, and a good call on the same connection is answered. */
async function expectAlive(): Promise<void> {
  const { status, body } = await callRaw(session, request);
  expect(status).toBe("0");
  expect(fromBinary(PayoutServiceCreateLinkResponseSchema, body.subarray(5)).merchantPayoutId).toBe("p1");
}

test("a reply has headers, one message, and trailers", async () => {
  handle = async (message, call) => {
    call.setTrailer("idempotent-replayed", "true");
    return echo(message, call);
  };
  const reply = await callRaw(session, request, {
    "content-type": "application/grpc+proto",
    "x-request-id": "r1",
  });
  expect(reply.headers).toMatchObject({
    ":status": 200,
    "content-type": "application/grpc+proto",
    "x-request-id": "r1",
  });
  expect(reply.trailers).toMatchObject({ "grpc-status": "0", "idempotent-replayed": "true" });
  expect(reply.body.readUInt32BE(1)).toBe(reply.body.length - 5);
  expect(reply.rstCode).toBe(0);
});

test("a failure is trailers-only: code, message, details, request id and the call's trailers", async () => {
  handle = async (_message, call) => {
    call.setTrailer("x-attempt", "2");
    throw new Failure("MISSING_REQUIRED_FIELD", "Missing required field: x-connector. Say 100% of “it”.", {
      field: "x-connector",
    });
  };
  const { headers, trailers, body, status, message } = await callRaw(session, request);
  expect(trailers).toBeUndefined();
  expect(body).toHaveLength(0);
  expect(status).toBe("3");
  expect(message).toBe("Missing required field: x-connector. Say 100%25 of %E2%80%9Cit%E2%80%9D.");
  expect(headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
  expect(headers["x-attempt"]).toBe("2");
  const details = statusDetails(headers);
  expect(details).toMatchObject({ code: 3, message: expect.stringContaining("“it”") });
  expect(details.details.map(({ typeUrl }) => typeUrl)).toEqual([
    "type.googleapis.com/google.rpc.ErrorInfo",
    "type.googleapis.com/google.rpc.BadRequest",
  ]);
});

test("the message may come byte by byte, and gzipped", async () => {
  const stream = openCall(session);
  const reply = readReply(stream);
  for (const byte of request) stream.write(Buffer.from([byte]));
  stream.end();
  expect((await reply).status).toBe("0");

  const gzipped = frame(gzipSync(request.subarray(5)));
  gzipped[0] = 1;
  const { status, body } = await callRaw(session, gzipped, { "grpc-encoding": "gzip" });
  expect(status).toBe("0");
  expect(fromBinary(PayoutServiceCreateLinkResponseSchema, body.subarray(5)).merchantPayoutId).toBe("p1");
});

test("headers reach the handler as they were sent", async () => {
  let call: Call | undefined;
  handle = (message, received) => {
    call = received;
    return echo(message, received);
  };
  await callRaw(session, request, {
    "x-connector": ["acme", "other"],
    "padded-bin": "AQI=",
    "bare-bin": "AQI",
    "two-bin": "AQ,Ag",
    "grpc-timeout": "5S",
  });
  expect(call?.metadata.get("x-connector")).toBe("acme");
  expect(call?.metadata.all("x-connector")).toEqual(["acme", "other"]);
  for (const name of ["padded-bin", "bare-bin"]) {
    expect(Buffer.from(call?.metadata.get(name) ?? "", "base64")).toEqual(Buffer.from([1, 2]));
  }
  expect(call?.metadata.all("two-bin")).toEqual(["AQ", "Ag"]);
  expect(call?.protocol).toBe("grpc");
  expect((call?.deadlineMs ?? 0) - Date.now()).toBeLessThanOrEqual(5000);
});

function bomb(): Buffer {
  const compressed = frame(gzipSync(Buffer.alloc(64 * 1024 * 1024)));
  compressed[0] = 1;
  return compressed;
}

describe("a call that cannot be read is answered with what to write instead, and does no harm", () => {
  test.each<[string, Buffer, Record<string, string>, string, string]>([
    ["no message", Buffer.alloc(0), {}, "12", "ended without a message"],
    ["half a message", request.subarray(0, 6), {}, "3", "shorter than its length prefix"],
    [
      "something after it",
      Buffer.concat([request, Buffer.from("x")]),
      {},
      "12",
      "something after the message",
    ],
    [
      "not protobuf",
      frame(Buffer.from([255, 255])),
      {},
      "3",
      "cannot be read as types.PayoutServiceCreateLinkRequest",
    ],
    [
      "compressed, unannounced",
      Buffer.concat([Buffer.from([1]), request.subarray(1)]),
      {},
      "13",
      "names no compression",
    ],
    ["unknown compression", request, { "grpc-encoding": "zstd" }, "12", 'compressed with "zstd"'],
    ["malformed timeout", request, { "grpc-timeout": "soon" }, "3", "such as 500m"],
    ["no time", request, { "grpc-timeout": "0m" }, "4", "deadline passed"],
    ["a large header", request, { "x-connector-config": "x".repeat(17_000) }, "8", "takes 16384 bytes"],
    ["a large message", frame(Buffer.alloc(8 * 1024 * 1024)), {}, "8", "takes 1048576 bytes"],
    ["a gzip bomb", bomb(), { "grpc-encoding": "gzip" }, "8", "too large once decompressed"],
    [
      "an unknown method",
      request,
      { ":path": "/types.PayoutService/CreatLink" },
      "12",
      "It has Create, Transfer",
    ],
    [
      "an unknown service",
      request,
      { ":path": "/types.NoService/Get" },
      "12",
      "This server has types.PayoutService",
    ],
  ])("%s", async (_case, body, headers, status, text) => {
    const reply = await callRaw(session, body, headers);
    expect([reply.status, decodeURIComponent(reply.message ?? "")]).toEqual([
      status,
      expect.stringContaining(text),
    ]);
    expect(reply.headers[":status"]).toBe(200);
    expect(reply.headers["grpc-accept-encoding"]).toBe("identity,gzip");
    await expectAlive();
  });

  test("200 headers", async () => {
    const headers = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`x-${index}`, "v"]));
    await callRaw(session, request, headers);
    await expectAlive();
  });

  test("60 KB in one header", async () => {
    expect((await callRaw(session, request, { "x-large": "x".repeat(60_000) })).status).toBe("8");
    await expectAlive();
  });
});

test("each of them is one line of the log, without what was sent", async () => {
  await callRaw(session, request, { "grpc-timeout": "sk_test_canary" });
  await callRaw(session, frame(Buffer.from("sk_test_canary")), {});
  expect(edge.lines).toMatchObject([
    { code: "invalid_argument", reason: "INVALID_DATA_FORMAT", method: "types.PayoutService/CreateLink" },
    { code: "invalid_argument", reason: "INVALID_DATA_FORMAT", method: "types.PayoutService/CreateLink" },
  ]);
  expect(JSON.stringify(edge.lines)).not.toContain("canary");
});

/** A handler at work until the test ends it. */
function handlerAtWork() {
  const begun = Promise.withResolvers<Call>();
  const work = Promise.withResolvers<Message>();
  handle = (_message, call) => {
    begun.resolve(call);
    return work.promise;
  };
  const finish = () => work.resolve(create(PayoutServiceCreateLinkResponseSchema));
  return { begun: begun.promise, finish };
}

test("a caller who resets the stream aborts the signal", async () => {
  const { begun, finish } = handlerAtWork();
  const stream = openCall(session);
  stream.on("error", () => undefined);
  stream.end(request);
  const { signal } = await begun;
  const aborted = once(signal, "abort");
  stream.close(8);
  await aborted;
  finish();
  handle = echo;
  await expectAlive();
});

test("a caller whose connection breaks aborts the signal", async () => {
  const { begun, finish } = handlerAtWork();
  const lost = connectRaw(edge.url);
  const stream = openCall(lost);
  stream.on("error", () => undefined);
  stream.end(request);
  const { signal } = await begun;
  const aborted = once(signal, "abort");
  lost.destroy();
  await aborted;
  finish();
  handle = echo;
  await expectAlive();
});

test("a deadline that passes during the call is answered, and the handler's signal aborts but it goes on", async () => {
  const { begun, finish } = handlerAtWork();
  const reply = callRaw(session, request, { "grpc-timeout": "30m" });
  const { signal } = await begun;
  expect((await reply).status).toBe("4");
  expect(signal.aborted).toBe(true);
  expect(await edge.metrics.text()).toContain("sluice_rpcs_in_flight 1");
  finish();
  handle = echo;
  await expectAlive();
});

test("a deadline that passes before the message has come is answered, and the stream is closed", async () => {
  const stream = openCall(session, { "grpc-timeout": "30m" });
  const reply = readReply(stream);
  stream.write(request.subarray(0, 7));
  expect((await reply).status).toBe("4");
  await expectAlive();
});

test("a caller who leaves in the middle of the message causes no error", async () => {
  const stream = openCall(session);
  const reply = readReply(stream);
  stream.write(request.subarray(0, 7), () => stream.close(8));
  await reply;
  await expectAlive();
  expect(edge.lines.map(({ code }) => code)).toEqual(["canceled", "ok"]);
});
