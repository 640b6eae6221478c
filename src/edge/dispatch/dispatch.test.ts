import { create, type Message } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import type { Handler } from "../../core/call.ts";
import { Failure } from "../../core/failure.ts";
import { HealthCheckResponseSchema } from "../../gen/grpc/health/v1/health_pb.ts";
import {
  PayoutService,
  type PayoutServiceCreateLinkRequest,
  PayoutServiceCreateLinkRequestSchema,
  PayoutServiceCreateLinkResponseSchema,
} from "../../gen/types/payout_pb.ts";
import { allowAnonymous } from "../../security/authentication.ts";
import { createLog } from "../../telemetry/log.ts";
import { createMetrics } from "../../telemetry/metrics.ts";
import { createDispatch } from "./dispatch.ts";
import { IncomingCall } from "./incoming-call.ts";
import { defaultLimits } from "./limits.ts";

const { createLink } = PayoutService.method;
const request = create(PayoutServiceCreateLinkRequestSchema, { merchantPayoutId: "p1" });
const reply = create(PayoutServiceCreateLinkResponseSchema, { merchantPayoutId: "p1" });
const codec = { read: (): Message => request, write: (message: Message): Message => message };

function arrive(headers: string[] = [], timeoutMs = 10_000): IncomingCall {
  return new IncomingCall({ rawHeaders: headers, protocol: "grpc", timeoutMs });
}

function setUp(handler: Handler | undefined, limits = {}) {
  const lines: Record<string, unknown>[] = [];
  const metrics = createMetrics();
  const log = createLog({ level: "debug", destination: { write: (line) => lines.push(JSON.parse(line)) } });
  const dispatch = createDispatch({
    handlers: () => handler,
    authenticate: allowAnonymous,
    limits: { ...defaultLimits, ...limits },
    log,
    metrics,
  });
  return { dispatch, lines, metrics };
}

test("a call is executed, logged in one line without its data, and measured", async () => {
  const { dispatch, lines, metrics } = setUp(async (message, call) => {
    expect((message as PayoutServiceCreateLinkRequest).merchantPayoutId).toBe("p1");
    call.setTrailer("idempotent-replayed", "true");
    call.setConnector("acme");
    return reply;
  });
  const call = arrive(["authorization", "sk_test_canary", "x-request-id", "r1"]);
  expect(await dispatch.unary(createLink, call, codec)).toBe(reply);
  expect(call.trailers).toEqual([["idempotent-replayed", "true"]]);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({
    level: "info",
    request_id: "r1",
    method: "types.PayoutService/CreateLink",
    code: "ok",
    connector: "acme",
    protocol: "grpc",
  });
  expect(JSON.stringify(lines)).not.toMatch(/sk_test_canary|p1/);
  expect(await metrics.text()).toContain(
    'sluice_rpc_duration_seconds_count{method="types.PayoutService/CreateLink",code="ok",connector="acme",protocol="grpc"} 1',
  );
  expect(await metrics.text()).toContain("sluice_rpcs_in_flight 0");
});

test("headers alone label no call with a connector: their values are the caller's, and without bounds", async () => {
  const { dispatch, lines } = setUp(async () => reply);
  await dispatch.unary(createLink, arrive(["x-connector", "acme"]), codec);
  expect(lines[0]?.connector).toBe("none");
});

test("a method without a handler is unsupported, by name", async () => {
  const { dispatch } = setUp(undefined);
  await expect(dispatch.unary(createLink, arrive(), codec)).rejects.toMatchObject({
    reason: "UNSUPPORTED_OPERATION",
    message: expect.stringContaining("types.PayoutService/CreateLink"),
  });
});

test("a failure is passed on, with its reason in the log but not its message", async () => {
  const failure = new Failure("PAYOUT_NOT_FOUND", "There is no payout sk_test_canary.");
  const { dispatch, lines } = setUp(async () => {
    throw failure;
  });
  await expect(dispatch.unary(createLink, arrive(), codec)).rejects.toBe(failure);
  expect(lines).toMatchObject([{ code: "not_found", reason: "PAYOUT_NOT_FOUND" }]);
  expect(JSON.stringify(lines)).not.toContain("sk_test_canary");
});

test("anything else becomes INTERNAL with the request id, and is logged with its stack", async () => {
  const { dispatch, lines } = setUp(() => {
    throw Object.assign(new TypeError("broken"), { body: "sk_test_canary" });
  });
  await expect(dispatch.unary(createLink, arrive(["x-request-id", "r7"]), codec)).rejects.toMatchObject({
    reason: "INTERNAL",
    message: expect.stringContaining("r7"),
  });
  expect(lines[0]).toMatchObject({
    level: "error",
    request_id: "r7",
    message: "unhandled error in RPC handler",
  });
  expect(JSON.stringify(lines[0])).toContain("dispatch.test.ts");
  expect(JSON.stringify(lines)).not.toContain("sk_test_canary");
  expect(lines[1]).toMatchObject({ code: "internal" });
});

test("what cannot be decoded or encoded is answered like what handlers throw", async () => {
  const { dispatch, lines } = setUp(async () => reply);
  const unreadable = {
    ...codec,
    read: () => {
      throw new Failure("INVALID_DATA_FORMAT", "no");
    },
  };
  await expect(dispatch.unary(createLink, arrive(), unreadable)).rejects.toMatchObject({
    reason: "INVALID_DATA_FORMAT",
  });
  const unwritable = {
    ...codec,
    write: () => {
      throw new Error("cannot encode");
    },
  };
  await expect(dispatch.unary(createLink, arrive(), unwritable)).rejects.toMatchObject({
    reason: "INTERNAL",
  });
  expect(lines.map(({ code }) => code)).toEqual(["invalid_argument", undefined, "internal"]);
});

test("a call beyond the limit is refused before its message is read, and its place is free afterwards", async () => {
  const first = Promise.withResolvers<Message>();
  const { dispatch } = setUp(() => first.promise, { callsInFlight: 1 });
  const underWay = dispatch.unary(createLink, arrive(), codec);
  const unread = {
    ...codec,
    read: () => {
      throw new Error("was read");
    },
  };
  await expect(dispatch.unary(createLink, arrive(), unread)).rejects.toMatchObject({
    reason: "SERVER_BUSY",
    retryAfterMs: 1000,
  });
  first.resolve(reply);
  await underWay;
  expect(await dispatch.unary(createLink, arrive(), codec)).toBe(reply);
});

test("the deadline answers, the handler goes on and keeps its place until it is done", async () => {
  const work = Promise.withResolvers<Message>();
  let signal: AbortSignal | undefined;
  const { dispatch, lines } = setUp(
    (_request, call) => {
      signal = call.signal;
      return work.promise;
    },
    { callsInFlight: 1 },
  );
  await expect(dispatch.unary(createLink, arrive([], 5), codec)).rejects.toMatchObject({
    reason: "DEADLINE_EXCEEDED",
  });
  expect(signal?.aborted).toBe(true);
  await expect(dispatch.unary(createLink, arrive(), codec)).rejects.toMatchObject({ reason: "SERVER_BUSY" });
  const idle = dispatch.idle();
  work.reject(new Error("late and unexpected"));
  await idle;
  expect(lines.map(({ code }) => code)).toEqual(["deadline_exceeded", "resource_exhausted", undefined]);
  expect(lines[2]).toMatchObject({
    level: "error",
    message: "unhandled error in RPC handler after the call had ended",
  });
});

test("a deadline that has passed already begins nothing", async () => {
  const { dispatch } = setUp(() => {
    throw new Error("was begun");
  });
  await expect(dispatch.unary(createLink, arrive([], 0), codec)).rejects.toMatchObject({
    reason: "DEADLINE_EXCEEDED",
  });
});

test("a caller who goes away aborts the signal and is logged as such", async () => {
  const { dispatch, lines } = setUp(
    (_request, call) =>
      new Promise((_resolve, reject) => {
        call.signal.addEventListener("abort", () => reject(call.signal.reason));
      }),
  );
  const call = arrive();
  const answer = dispatch.unary(createLink, call, codec);
  call.cancel();
  await expect(answer).rejects.toMatchObject({ code: Code.Canceled });
  expect(lines).toMatchObject([{ code: "canceled" }]);
});

test("a draining server begins nothing, and is idle when the last handler is done", async () => {
  const work = Promise.withResolvers<Message>();
  const { dispatch } = setUp(() => work.promise);
  const underWay = dispatch.unary(createLink, arrive(), codec);
  dispatch.drain();
  await expect(dispatch.unary(createLink, arrive(), codec)).rejects.toMatchObject({
    reason: "SERVER_DRAINING",
  });
  let idle = false;
  const waiting = dispatch.idle().then(() => {
    idle = true;
  });
  await Promise.resolve();
  expect(idle).toBe(false);
  work.resolve(reply);
  expect(await underWay).toBe(reply);
  await waiting;
  await dispatch.idle();
});

async function collect(stream: AsyncIterable<Message>): Promise<number> {
  let count = 0;
  for await (const _message of stream) count += 1;
  return count;
}

const tick = create(HealthCheckResponseSchema);

test("a stream is yielded to its end, and counted once", async () => {
  const { dispatch, lines } = setUp(undefined);
  const source = async function* () {
    yield tick;
    yield tick;
  };
  expect(await collect(dispatch.stream(createLink, arrive(), source))).toBe(2);
  expect(lines).toMatchObject([{ code: "ok" }]);
});

test("a source is asked for the next only when the last was taken", async () => {
  const { dispatch } = setUp(undefined);
  let asked = 0;
  const source = async function* () {
    while (true) {
      asked += 1;
      yield tick;
    }
  };
  const stream = dispatch.stream(createLink, arrive(), source);
  await stream.next();
  await new Promise(setImmediate);
  expect(asked).toBe(1);
  await stream.return();
});

test.each<[string, (dispatch: ReturnType<typeof createDispatch>, call: IncomingCall) => void, object]>([
  ["the server drains", (dispatch) => dispatch.drain(), { reason: "SERVER_DRAINING" }],
  ["the caller goes away", (_dispatch, call) => call.cancel(), { code: Code.Canceled }],
])("a stream that waits ends when %s", async (_case, end, error) => {
  const { dispatch, lines } = setUp(undefined);
  const call = arrive();
  const source = async function* () {
    yield tick;
    await new Promise(() => undefined);
  };
  const stream = dispatch.stream(createLink, call, source);
  await stream.next();
  const next = stream.next();
  end(dispatch, call);
  await expect(next).rejects.toMatchObject(error);
  expect(lines).toHaveLength(1);
  await dispatch.idle();
});

test("a consumer that leaves aborts the signal, so that the source can let go", async () => {
  const { dispatch, lines } = setUp(undefined);
  const call = arrive();
  const source = async function* () {
    yield tick;
  };
  const stream = dispatch.stream(createLink, call, source);
  await stream.next();
  await stream.return();
  expect(call.signal.aborted).toBe(true);
  expect(lines).toMatchObject([{ code: "canceled" }]);
});

test("a refusal is logged and measured like an answer", () => {
  const { dispatch, lines } = setUp(undefined);
  const error = new ConnectError("no", Code.InvalidArgument);
  expect(dispatch.refuse(undefined, error, arrive())).toBe(error);
  expect(lines).toMatchObject([{ method: "unknown", code: "invalid_argument" }]);
});
