import { create, type Message } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { StreamHandler } from "../../src/core/call.ts";
import { Failure } from "../../src/core/failure.ts";
import { frame } from "../../src/edge/grpc/grpc-frame.ts";
import { PayoutLinkService, WatchResponseSchema } from "../../src/gen/sluice/v1/payout_link_service_pb.ts";
import { type EchoEdge, startEchoEdge } from "./echo-edge.ts";
import { callRaw, connectRaw } from "./raw-grpc.ts";

const failureMessage = "Invalid data format: cursor. 50% of “it”.";

let edge: EchoEdge;
let watch: StreamHandler;

beforeEach(async () => {
  edge = await startEchoEdge({
    streams: (method) =>
      method === PayoutLinkService.method.watch ? (request, call) => watch(request, call) : undefined,
  });
});

afterEach(() => edge.drain(1000));

const event = (): Message => create(WatchResponseSchema);

describe.each([
  ["gRPC", () => createGrpcTransport({ baseUrl: edge.url })],
  ["gRPC-Web over HTTP/1.1", () => createGrpcWebTransport({ baseUrl: edge.url, httpVersion: "1.1" })],
  ["Connect over HTTP/1.1", () => createConnectTransport({ baseUrl: edge.url, httpVersion: "1.1" })],
  ["Connect over HTTP/2", () => createConnectTransport({ baseUrl: edge.url, httpVersion: "2" })],
])("a stream of replies over %s", (_name, transport) => {
  test("arrives one by one, each before the next is made", async () => {
    let taken = Promise.withResolvers<void>();
    watch = async function* () {
      for (let count = 0; count < 3; count += 1) {
        yield event();
        await taken.promise;
        taken = Promise.withResolvers();
      }
    };
    let received = 0;
    for await (const _event of createClient(PayoutLinkService, transport()).watch({})) {
      received += 1;
      taken.resolve();
    }
    expect(received).toBe(3);
    expect(edge.lines).toMatchObject([{ method: "sluice.v1.PayoutLinkService/Watch", code: "ok" }]);
  });

  test("ends with a failure's code and message", async () => {
    watch = async function* () {
      yield event();
      throw new Failure("INVALID_DATA_FORMAT", failureMessage, { field: "cursor" });
    };
    const stream = createClient(PayoutLinkService, transport()).watch({})[Symbol.asyncIterator]();
    await stream.next();
    const error = ConnectError.from(await stream.next().catch((reason) => reason));
    expect(error).toMatchObject({ code: Code.InvalidArgument, rawMessage: failureMessage });
    expect(error.details).toHaveLength(2);
  });

  test("ends when its watcher leaves, and the handler's signal aborts", async () => {
    const aborted = Promise.withResolvers<void>();
    watch = async function* (_request, call) {
      call.signal.addEventListener("abort", () => aborted.resolve());
      yield event();
      await new Promise(() => undefined);
    };
    const leaving = new AbortController();
    const stream = createClient(PayoutLinkService, transport())
      .watch({}, { signal: leaving.signal })
      [Symbol.asyncIterator]();
    await stream.next();
    leaving.abort();
    await stream.next().catch(() => undefined);
    await aborted.promise;
    await expect.poll(() => edge.lines.map(({ code }) => code), { interval: 5 }).toEqual(["canceled"]);
  });
});

test("a stream has no deadline but the caller's own", async () => {
  let deadlineMs = 0;
  watch = async function* (_request, call) {
    deadlineMs = call.deadlineMs;
    await new Promise(() => undefined);
  };
  const watching = createClient(PayoutLinkService, createGrpcTransport({ baseUrl: edge.url })).watch(
    {},
    { timeoutMs: 40 },
  );
  await expect(watching[Symbol.asyncIterator]().next()).rejects.toMatchObject({
    code: Code.DeadlineExceeded,
  });
  expect(deadlineMs).toBeLessThan(Date.now() + 40);
  watch = async function* (_request, call) {
    deadlineMs = call.deadlineMs;
    yield event();
  };
  await createClient(PayoutLinkService, createGrpcTransport({ baseUrl: edge.url }))
    .watch({})
    [Symbol.asyncIterator]()
    .next();
  expect(deadlineMs).toBe(Number.MAX_SAFE_INTEGER);
});

test("draining ends open streams with advice in text that gRPC clients can read", async () => {
  watch = async function* () {
    yield event();
    await new Promise(() => undefined);
  };
  const session = connectRaw(edge.url);
  const reply = callRaw(session, frame(Buffer.alloc(0)), { ":path": "/sluice.v1.PayoutLinkService/Watch" });
  await expect
    .poll(async () => (await edge.metrics.text()).includes("rpcs_in_flight 1"), { interval: 5 })
    .toBe(true);
  await edge.drain(1000);
  expect(await reply).toMatchObject({
    status: "14",
    message: "This server is about to stop and begins nothing new. Repeat the call on another connection.",
  });
});

test("a stream without a handler is UNIMPLEMENTED", async () => {
  const bare = await startEchoEdge();
  const watching = createClient(PayoutLinkService, createGrpcTransport({ baseUrl: bare.url })).watch({});
  await expect(watching[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: Code.Unimplemented });
  await bare.drain(1000);
});
