import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import type { ClientHttp2Session } from "node:http2";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Failure } from "../../src/core/failure.ts";
import { frame } from "../../src/edge/grpc/grpc-frame.ts";
import type { PayoutServiceCreateLinkRequest } from "../../src/gen/types/payout_pb.ts";
import { type EchoEdge, echo, startEchoEdge } from "./echo-edge.ts";
import { callRaw, connectRaw, createLinkFrame, createLinkPath } from "./raw-grpc.ts";

const failureMessage = "Missing required field: x-connector, 50% of “it”.";
const wordsInGrpc = "Missing required field: x-connector, 50%25 of %E2%80%9Cit%E2%80%9D.";

let edge: EchoEdge;
let session: ClientHttp2Session;

beforeAll(async () => {
  edge = await startEchoEdge({
    createLink: (message, call) => {
      const { merchantPayoutId } = message as PayoutServiceCreateLinkRequest;
      if (merchantPayoutId === "fail")
        throw new Failure("MISSING_REQUIRED_FIELD", failureMessage, { field: "x-connector" });
      if (merchantPayoutId === "break") throw new Error("sk_test_canary");
      return echo(message, call);
    },
  });
  session = connectRaw(edge.url);
});

afterAll(async () => {
  session.destroy();
  await edge.drain(1000);
});

function post(
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
  path = createLinkPath,
) {
  return fetch(edge.url + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });
}

interface ErrorBody {
  readonly message: string;
  readonly details: {
    readonly debug: { readonly field_violations?: readonly { readonly field: string }[] };
  }[];
}

describe("JSON", () => {
  test("is read in both cases and written in snake_case", async () => {
    for (const name of ["merchant_payout_id", "merchantPayoutId"]) {
      const reply = await post(JSON.stringify({ [name]: "p1" }), { "x-request-id": "r1" });
      expect(reply.status).toBe(200);
      expect(reply.headers.get("x-request-id")).toBe("r1");
      expect(await reply.json()).toMatchObject({ merchant_payout_id: "p1", status_code: 200 });
    }
  });

  test.each([
    ["an unknown field", '{"amout": {}}', "amout", "Did you mean amount?"],
    [
      "an amount beyond int64",
      '{"amount": {"minor_amount": "99999999999999999999"}}',
      "amount.minor_amount",
      "whole number",
    ],
    ["an unknown currency", '{"amount": {"currency": "USDD"}}', "amount.currency", "Did you mean USD?"],
    ["no JSON at all", "{", undefined, "is not JSON"],
  ])("%s is refused by name", async (_case, body, field, text) => {
    const before = edge.lines.length;
    const reply = await post(body);
    expect(reply.status).toBe(400);
    const error = (await reply.json()) as ErrorBody;
    expect(error).toMatchObject({ code: "invalid_argument", message: expect.stringContaining(text) });
    expect(error.details[0]).toMatchObject({
      type: "google.rpc.ErrorInfo",
      debug: { reason: "INVALID_DATA_FORMAT" },
    });
    expect(error.details[1]?.debug.field_violations?.[0]?.field).toBe(field);
    expect(edge.lines.slice(before)).toMatchObject([
      { code: "invalid_argument", reason: "INVALID_DATA_FORMAT" },
    ]);
  });

  test("gzipped is read, and a mistake in it is found", async () => {
    const gzipped = (text: string) => new Uint8Array(gzipSync(text));
    const good = await post(gzipped('{"merchant_payout_id": "p1"}'), { "content-encoding": "gzip" });
    expect(await good.json()).toMatchObject({ merchant_payout_id: "p1" });
    const bad = await post(gzipped('{"amout": 1}'), { "content-encoding": "gzip" });
    expect(((await bad.json()) as ErrorBody).message).toContain("amout");
  });

  test("what a handler throws by mistake says nothing but the request id", async () => {
    const reply = await post('{"merchant_payout_id": "break"}', { "x-request-id": "r9" });
    const text = await reply.text();
    expect(reply.status).toBe(500);
    expect(text).toContain("Tell the operator of this server the request id r9.");
    expect(text).not.toContain("canary");
  });

  test("bytes that are no message are the caller's mistake", async () => {
    const reply = await post(new Uint8Array([255, 255]), { "content-type": "application/proto" });
    expect(await reply.json()).toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining("cannot be read as types.PayoutServiceCreateLinkRequest"),
    });
  });

  test("a header too large is refused on HTTP/2", async () => {
    const reply = await callRaw(session, Buffer.from("{}"), {
      "content-type": "application/json",
      "x-large": "x".repeat(17_000),
    });
    expect(JSON.parse(reply.body.toString())).toMatchObject({ code: "resource_exhausted" });
  });

  test("no time at all begins nothing", async () => {
    expect(await (await post("{}", { "connect-timeout-ms": "0" })).json()).toMatchObject({
      code: "deadline_exceeded",
    });
  });
});

describe("a request that cannot be an RPC is answered with how to make it one", () => {
  test.each([
    ["GET", createLinkPath, undefined, 405, "Call /types.PayoutService/CreateLink with POST"],
    ["POST", createLinkPath, "text/plain", 415, 'cannot be called with content-type "text/plain"'],
    ["POST", createLinkPath, "application/xml", 415, "application/json"],
    ["POST", "/types.PayoutService/CreatLink", "application/json", 404, "It has Create, Transfer"],
    ["POST", "/types.Nobody/Get", "application/json", 404, "This server has types.PayoutService"],
    ["GET", "/types.Nobody/Get", undefined, 404, "gRPC reflection lists all of them"],
    [
      "POST",
      "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
      "application/connect+json",
      505,
      "Use HTTP/2",
    ],
  ])("%s %s as %s: %s", async (method, path, contentType, status, text) => {
    const reply = await fetch(edge.url + path, {
      method,
      headers: contentType ? { "content-type": contentType } : {},
      ...(method === "POST" ? { body: "{}" } : {}),
    });
    expect(reply.status).toBe(status);
    expect(await reply.json()).toMatchObject({
      code: "unimplemented",
      message: expect.stringContaining(text),
    });
  });

  test.each(["application/grpc-web+proto", "application/grpc+json"])(
    "an unknown method as %s is UNIMPLEMENTED",
    async (type) => {
      const reply = await callRaw(session, createLinkFrame(), {
        ":path": "/types.Nobody/Get",
        "content-type": type,
      });
      expect(reply.headers).toMatchObject({ ":status": 200, "content-type": type, "grpc-status": "12" });
    },
  );
});

describe("gRPC that the unary handler leaves to Connect", () => {
  test("its status message is encoded as gRPC has it, on HTTP/2", async () => {
    const reply = await callRaw(session, frame(Buffer.from('{"merchant_payout_id": "fail"}')), {
      "content-type": "application/grpc+json",
    });
    expect(reply).toMatchObject({ status: "3", message: wordsInGrpc });
  });

  test("and on HTTP/1.1", async () => {
    const sending = httpRequest(edge.url + createLinkPath, {
      method: "POST",
      headers: { "content-type": "application/grpc", te: "trailers" },
    });
    sending.end(createLinkFrame({ merchantPayoutId: "fail" }));
    const [reply] = (await once(sending, "response")) as [IncomingMessage];
    reply.resume();
    await once(reply, "end");
    expect(reply.trailers).toMatchObject({ "grpc-status": "3", "grpc-message": wordsInGrpc });
  });

  test("an unknown field in its JSON is named", async () => {
    const reply = await callRaw(session, frame(Buffer.from('{"amout": {}}')), {
      "content-type": "application/grpc+json",
    });
    expect(reply.status).toBe("3");
    expect(reply.message).toContain('key "amout" is unknown');
  });
});
