import { fromBinary } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import {
  createConnectTransport as createWebConnectTransport,
  createGrpcWebTransport as createWebGrpcTransport,
} from "@connectrpc/connect-web";
import grpc from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RetryInfoSchema,
} from "../../src/gen/google/rpc/error_details_pb.ts";
import { PayoutService, PayoutServiceCreateLinkResponseSchema } from "../../src/gen/types/payout_pb.ts";
import type { EchoEdge } from "./echo-edge.ts";
import {
  expectDetails,
  failing,
  failureMessage,
  requestBytes,
  slow,
  startInteropEdge,
} from "./interop-edge.ts";
import { createLinkPath } from "./raw-grpc.ts";

let edge: EchoEdge;

beforeAll(async () => {
  edge = await startInteropEdge();
});

afterAll(() => edge.drain(1000));

describe("grpc-js", () => {
  let client: grpc.Client;

  beforeAll(() => {
    client = new grpc.Client(edge.url.replace("http://", ""), grpc.credentials.createInsecure());
  });

  afterAll(() => client.close());

  function call(
    bytes: Buffer,
    options: grpc.CallOptions = {},
    headers: Record<string, string | Buffer> = {},
  ) {
    const metadata = new grpc.Metadata();
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
    const { promise, resolve, reject } = Promise.withResolvers<{ reply: Buffer; trailers: grpc.Metadata }>();
    let reply: Buffer = Buffer.alloc(0);
    const same = (message: Buffer) => message;
    const under = client.makeUnaryRequest(
      createLinkPath,
      same,
      same,
      bytes,
      metadata,
      options,
      (error, value) => {
        if (error) reject(error);
        else reply = value ?? reply;
      },
    );
    under.on(
      "status",
      ({ code, metadata: trailers }) => code === 0 && setImmediate(() => resolve({ reply, trailers })),
    );
    return { promise, cancel: () => under.cancel() };
  }

  test("sees reply, trailers, and its binary metadata", async () => {
    const { reply, trailers } = await call(requestBytes("p1"), {}, { "mark-bin": Buffer.from([1, 2, 255]) })
      .promise;
    expect(fromBinary(PayoutServiceCreateLinkResponseSchema, reply)).toMatchObject({
      merchantPayoutId: "p1",
      connectorPayoutId: "0102ff",
    });
    expect(trailers.get("idempotent-replayed")).toEqual(["true"]);
  });

  test("compresses", async () => {
    const compressing = new grpc.Client(edge.url.replace("http://", ""), grpc.credentials.createInsecure(), {
      "grpc.default_compression_algorithm": 2,
    });
    const same = (message: Buffer) => message;
    const reply = await new Promise<Buffer | undefined>((resolve, reject) => {
      compressing.makeUnaryRequest(
        createLinkPath,
        same,
        same,
        requestBytes("p".repeat(2000)),
        (error, value) => (error ? reject(error) : resolve(value)),
      );
    });
    compressing.close();
    expect(
      fromBinary(PayoutServiceCreateLinkResponseSchema, reply ?? new Uint8Array()).merchantPayoutId,
    ).toHaveLength(2000);
  });

  test("sees code, message and details of a failure", async () => {
    const error = await call(requestBytes(failing)).promise.catch((reason) => reason);
    expect(error).toMatchObject({ code: grpc.status.RESOURCE_EXHAUSTED, details: failureMessage });
    expectDetails(error.metadata.get("grpc-status-details-bin")[0]);
  });

  test("sees why a message is too large, although it is still sending", async () => {
    const error = await call(requestBytes("p1", "x".repeat(8_000_000))).promise.catch((reason) => reason);
    expect(error).toMatchObject({ code: grpc.status.RESOURCE_EXHAUSTED });
    expect(error.details).toContain("this server takes 1048576 bytes");
  });

  test("gets its deadline, and can cancel", async () => {
    const late = await call(requestBytes(slow), { deadline: Date.now() + 50 }).promise.catch(
      (reason) => reason,
    );
    expect(late.code).toBe(grpc.status.DEADLINE_EXCEEDED);
    const { promise, cancel } = call(requestBytes(slow));
    setTimeout(cancel, 20);
    expect((await promise.catch((reason) => reason)).code).toBe(grpc.status.CANCELLED);
    await expect.poll(() => edge.lines.at(-1)?.code, { interval: 5 }).toBe("canceled");
  });
});

describe("clients of Connect", () => {
  const transports: [string, () => Transport][] = [
    ["Connect over HTTP/1.1", () => createConnectTransport({ baseUrl: edge.url, httpVersion: "1.1" })],
    ["Connect over HTTP/2", () => createConnectTransport({ baseUrl: edge.url, httpVersion: "2" })],
    [
      "Connect in binary",
      () => createConnectTransport({ baseUrl: edge.url, httpVersion: "1.1", useBinaryFormat: true }),
    ],
    ["gRPC-Web over HTTP/1.1", () => createGrpcWebTransport({ baseUrl: edge.url, httpVersion: "1.1" })],
    ["gRPC-Web over HTTP/2", () => createGrpcWebTransport({ baseUrl: edge.url, httpVersion: "2" })],
    ["gRPC over HTTP/2", () => createGrpcTransport({ baseUrl: edge.url })],
    ["gRPC with JSON", () => createGrpcTransport({ baseUrl: edge.url, useBinaryFormat: false })],
    ["Connect in a browser", () => createWebConnectTransport({ baseUrl: edge.url })],
    ["gRPC-Web in a browser", () => createWebGrpcTransport({ baseUrl: edge.url })],
  ];

  test.each(transports)(
    "%s: reply, trailers and request id; code, message and details",
    async (_name, transport) => {
      const client = createClient(PayoutService, transport());
      let headers = new Headers();
      let trailers = new Headers();
      const reply = await client.createLink(
        { merchantPayoutId: "p1" },
        {
          headers: { "x-request-id": "r-42" },
          onHeader: (received) => {
            headers = received;
          },
          onTrailer: (received) => {
            trailers = received;
          },
        },
      );
      expect(reply.merchantPayoutId).toBe("p1");
      expect(headers.get("x-request-id")).toBe("r-42");
      expect(trailers.get("idempotent-replayed")).toBe("true");

      const error = ConnectError.from(
        await client.createLink({ merchantPayoutId: failing }).catch((reason) => reason),
      );
      expect(error).toMatchObject({ code: Code.ResourceExhausted, rawMessage: failureMessage });
      expect(error.findDetails(ErrorInfoSchema)).toMatchObject([
        { reason: "CONNECTOR_BUSY", domain: "sluice" },
      ]);
      expect(error.findDetails(BadRequestSchema)).toHaveLength(1);
      expect(error.findDetails(RetryInfoSchema)).toMatchObject([{ retryDelay: { seconds: 2n } }]);

      const late = await client
        .createLink({ merchantPayoutId: slow }, { timeoutMs: 50 })
        .catch((reason) => reason);
      expect(ConnectError.from(late).code).toBe(Code.DeadlineExceeded);
    },
  );
});
