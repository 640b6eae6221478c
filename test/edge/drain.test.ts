import { once } from "node:events";
import { Agent, get } from "node:http";
import { connect } from "node:net";
import { create, type Message } from "@bufbuild/protobuf";
import { Hono } from "hono";
import { stream } from "hono/streaming";
import { expect, test } from "vitest";
import type { Handler } from "../../src/core/call.ts";
import { PayoutServiceCreateLinkResponseSchema } from "../../src/gen/types/payout_pb.ts";
import { type EchoEdge, startEchoEdge } from "./echo-edge.ts";
import { callRaw, connectRaw, createLinkFrame, createLinkPath, openCall, readReply } from "./raw-grpc.ts";

const request = createLinkFrame();

/** A handler at work until the test ends it. */
function handlerAtWork() {
  const begun = Promise.withResolvers<void>();
  const work = Promise.withResolvers<Message>();
  const createLink: Handler = () => {
    begun.resolve();
    return work.promise;
  };
  return {
    createLink,
    begun: begun.promise,
    finish: () => work.resolve(create(PayoutServiceCreateLinkResponseSchema)),
  };
}

test("calls in flight are answered, new ones are not begun, and then the port is free", async () => {
  const { createLink, begun, finish } = handlerAtWork();
  const edge = await startEchoEdge({ createLink });
  const session = connectRaw(edge.url);
  const goaway = once(session, "goaway");
  const underWay = callRaw(session, request);
  await begun;

  const drained = edge.drain(10_000);
  await goaway;
  const onOldConnection = callRaw(session, request).catch((error) => error);
  const newConnection = connect(edge.address.port, "127.0.0.1");
  expect((await once(newConnection, "error"))[0].code).toBe("ECONNREFUSED");

  finish();
  expect((await underWay).status).toBe("0");
  const refused = await onOldConnection;
  expect(refused.status ?? "not sent").toMatch(/^(14|not sent)$/);
  await drained;
  await expect.poll(() => edge.connections(), { interval: 1 }).toBe(0);
});

test("a call that was on its way when draining began is refused as SERVER_DRAINING", async () => {
  const { createLink, begun, finish } = handlerAtWork();
  const edge = await startEchoEdge({ createLink });
  const session = connectRaw(edge.url);
  const underWay = callRaw(session, request);
  await begun;
  const late = openCall(session);
  const lateReply = readReply(late);
  late.write(request);
  // Once this is answered the server knows the stream, since it takes frames in order.
  await new Promise((resolve) => session.ping(resolve));
  const drained = edge.drain(10_000);
  late.end();
  const { status, message } = await lateReply;
  expect(status).toBe("14");
  expect(message).toContain("Repeat the call on another connection.");
  finish();
  expect((await underWay).status).toBe("0");
  await drained;
});

test("an HTTP/1.1 call in flight is answered, and its connection closed", async () => {
  const { createLink, begun, finish } = handlerAtWork();
  const edge = await startEchoEdge({ createLink });
  const reply = fetch(edge.url + createLinkPath, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  });
  await begun;
  const drained = edge.drain(10_000);
  finish();
  expect((await reply).status).toBe(200);
  await drained;
  await expect.poll(() => edge.connections(), { interval: 1 }).toBe(0);
});

test("readiness says that the server is about to stop, on connections that are still there", async () => {
  const { createLink, begun, finish } = handlerAtWork();
  const edge = await startEchoEdge({ createLink });
  const busy = connectRaw(edge.url);
  const underWay = callRaw(busy, request);
  await begun;
  const probe = connect(edge.address.port, "127.0.0.1");
  let said = "";
  probe.on("data", (piece) => {
    said += piece;
  });
  probe.write("GET /readyz HTTP/1.1\r\nhost: x\r\n");
  await expect.poll(() => edge.connections(), { interval: 5 }).toBe(2);
  await new Promise((resolve) => busy.ping(resolve));
  const drained = edge.drain(10_000);
  probe.write("\r\n");
  await once(probe, "close");
  expect(said).toMatch(
    /^HTTP\/1.1 503 [\s\S]*connection: close[\s\S]*not ready: the server is about to stop/i,
  );
  finish();
  await underWay;
  await drained;
});

test("connections that have nothing under way do not use up the grace", async () => {
  const edge = await startEchoEdge();
  const session = connectRaw(edge.url);
  await callRaw(session, request);
  const agent = new Agent({ keepAlive: true });
  const reply = get(`${edge.url}/healthz`, { agent });
  (await once(reply, "response"))[0].resume();
  await edge.drain(60_000);
  agent.destroy();
});

test("a kept connection is closed after the answer that was under way", async () => {
  const { createLink, begun, finish } = handlerAtWork();
  const edge = await startEchoEdge({ createLink });
  const socket = connect(edge.address.port, "127.0.0.1");
  const body = "{}";
  socket.write(
    `POST ${createLinkPath} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n${body}`,
  );
  await begun;
  const drained = edge.drain(60_000);
  await closedToNewOnes(edge);
  finish();
  let said = "";
  socket.on("data", (piece) => {
    said += piece;
  });
  await once(socket, "close");
  expect(said).toMatch(/^HTTP\/1\.1 200 [\s\S]*connection: close/i);
  await drained;
});

test("a kept connection is closed after an answer that had begun", async () => {
  const end = Promise.withResolvers<void>();
  const pages = new Hono().get("/slow", (context) =>
    stream(context, async (output) => {
      await output.write("begun");
      await end.promise;
    }),
  );
  const edge = await startEchoEdge({ pages });
  const socket = connect(edge.address.port, "127.0.0.1");
  socket.write("GET /slow HTTP/1.1\r\nhost: x\r\n\r\n");
  await once(socket, "data");
  const drained = edge.drain(60_000);
  await closedToNewOnes(edge);
  end.resolve();
  socket.resume();
  await once(socket, "close");
  await drained;
});

test.each<[string, object]>([
  ["with the API", {}],
  ["of its own", { publicListen: { host: "127.0.0.1", port: 0 } }],
])("a page on a port %s whose client has gone is waited for", async (_name, options) => {
  const begun = Promise.withResolvers<void>();
  const end = Promise.withResolvers<void>();
  const pages = new Hono().post("/slow", async (context) => {
    begun.resolve();
    await end.promise;
    return context.text("done");
  });
  const edge = await startEchoEdge({ pages, ...options });
  const socket = connect(Number(new URL(edge.publicUrl).port), "127.0.0.1");
  socket.write("POST /slow HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n");
  await begun.promise;
  socket.destroy();
  let drained = false;
  const draining = edge.drain(10_000).then(() => {
    drained = true;
  });
  // Longer than all that draining does when nothing is at work.
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(drained).toBe(false);
  end.resolve();
  await draining;
});

async function closedToNewOnes(edge: EchoEdge): Promise<void> {
  const refused = () => once(connect(edge.address.port, "127.0.0.1"), "connect").catch(({ code }) => code);
  await expect.poll(refused, { interval: 1 }).toBe("ECONNREFUSED");
}

test("what outlasts the grace is cut", async () => {
  const { createLink, begun } = handlerAtWork();
  const edge = await startEchoEdge({ createLink });
  const session = connectRaw(edge.url);
  const underWay = callRaw(session, request);
  await begun;
  await edge.drain(50);
  expect((await underWay).status).toBeUndefined();
  await expect.poll(() => edge.connections(), { interval: 1 }).toBe(0);
});

test("a handler whose caller has gone is waited for", async () => {
  const { createLink, begun, finish } = handlerAtWork();
  const edge = await startEchoEdge({ createLink });
  const session = connectRaw(edge.url);
  void callRaw(session, request);
  await begun;
  session.destroy();
  let drained = false;
  const draining = edge.drain(10_000).then(() => {
    drained = true;
  });
  await expect.poll(() => edge.connections(), { interval: 5 }).toBe(0);
  await new Promise(setImmediate);
  expect(drained).toBe(false);
  finish();
  await draining;
});
