import { once } from "node:events";
import { constants } from "node:http2";
import { connect, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type EchoEdge, startEchoEdge } from "./echo-edge.ts";
import { callRaw, connectRaw, createLinkFrame, createLinkPath, openCall } from "./raw-grpc.ts";

let edge: EchoEdge;

beforeAll(async () => {
  edge = await startEchoEdge();
});

afterAll(() => edge.drain(1000));

function open(): Socket {
  const socket = connect(edge.address.port, "127.0.0.1");
  return socket.on("error", () => undefined);
}

/** Everything that the server says until it closes the connection. */
async function readAll(socket: Socket): Promise<string> {
  let text = "";
  socket.on("data", (piece) => {
    text += piece.toString("latin1");
  });
  await once(socket, "close");
  return text;
}

async function expectAlive(): Promise<void> {
  expect((await fetch(`${edge.url}/healthz`)).status).toBe(200);
  const session = connectRaw(edge.url);
  expect((await callRaw(session, createLinkFrame())).status).toBe("0");
  session.close();
}

/** Writes a text one byte at a time, each in a packet of its own. */
async function trickle(socket: Socket, text: string): Promise<void> {
  socket.setNoDelay(true);
  for (const byte of text) {
    socket.write(byte);
    await new Promise(setImmediate);
  }
}

const healthRequest = "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

test.each(["P", "PR", "GET /healthz HTT", "GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: "])(
  "after %j, a silent connection is closed, and others are not disturbed",
  async (text) => {
    const socket = open();
    socket.write(text);
    const said = readAll(socket);
    await expectAlive();
    expect(await said).toMatch(/^(HTTP\/1.1 408 [\s\S]*)?$/);
  },
);

test("a connection that says nothing is ended", async () => {
  await readAll(open());
  await expectAlive();
});

test("headers that never end do not outlast their time by trickling", async () => {
  const socket = open();
  const said = readAll(socket);
  socket.write("GET /healthz HTTP/1.1\r\nhost: x\r\n");
  const trickling = setInterval(() => socket.write("x-more: y\r\n"), 20);
  expect(await said).toMatch(/^HTTP\/1.1 408 /);
  clearInterval(trickling);
  await expectAlive();
});

test("an HTTP/1.1 request may come byte by byte", async () => {
  const socket = open();
  const said = readAll(socket);
  await trickle(socket, healthRequest);
  expect(await said).toMatch(/^HTTP\/1.1 200 OK[\s\S]*alive\n$/);
});

test("the preface of HTTP/2 may come byte by byte", async () => {
  const socket = open();
  const frames = once(socket, "data");
  await trickle(socket, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]));
  const [settings] = await frames;
  expect(settings[3]).toBe(4);
  socket.destroy();
});

test("a client that ends its side after the request is answered", async () => {
  const socket = open();
  const said = readAll(socket);
  socket.end(healthRequest);
  expect(await said).toContain("alive\n");
});

test("a client that ends its side before saying anything is let go", async () => {
  const socket = open();
  socket.end("P");
  await readAll(socket);
  await expectAlive();
});

test.each<[string, Buffer]>([
  ["zeros", Buffer.alloc(100)],
  ["noise", Buffer.from(Array.from({ length: 300 }, (_, index) => (index * 7919 + 128) % 256))],
  ["a preface that goes wrong", Buffer.from("PRI * HTTP/3.0\r\n\r\n")],
  [
    "a preface and noise",
    Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), Buffer.alloc(64, 0xee)]),
  ],
])("%s: the connection ends, the server does not", async (_case, bytes) => {
  const socket = open();
  const said = readAll(socket);
  socket.write(bytes);
  await said;
  await expectAlive();
});

test("a TLS client on the plaintext port gets an answer that says so", async () => {
  const socket = open();
  const said = readAll(socket);
  socket.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]));
  expect(await said).toMatch(/^HTTP\/1.1 400 [\s\S]*This port speaks plaintext\. Use http:\/\//);
});

test("headers beyond 16 KB are refused on HTTP/1.1", async () => {
  const reply = await fetch(`${edge.url}/healthz`, { headers: { "x-large": "x".repeat(17_000) } });
  expect(reply.status).toBe(431);
  await expectAlive();
});

test("200 headers are no trouble on HTTP/1.1", async () => {
  const headers = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`x-${index}`, "v"]));
  expect((await fetch(`${edge.url}/healthz`, { headers })).status).toBe(200);
});

test.each<[string, Buffer, Record<string, string>]>([
  ["8 MB", Buffer.alloc(8 * 1024 * 1024, 0x20), {}],
  ["a gzip bomb", gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20)), { "content-encoding": "gzip" }],
])("%s of JSON is refused with the limit", async (_case, body, headers) => {
  const reply = await fetch(`${edge.url}${createLinkPath}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: new Uint8Array(body),
  });
  expect(await reply.json()).toMatchObject({
    code: "resource_exhausted",
    message: "The message is too large; this server takes 1048576 bytes. Send a smaller message.",
  });
  await expectAlive();
});

test("streams opened and reset by the thousand end that connection at most", async () => {
  const session = connectRaw(edge.url);
  const body = createLinkFrame();
  for (let round = 0; round < 50 && !session.destroyed; round += 1) {
    for (let index = 0; index < 100; index += 1) {
      if (session.destroyed) break;
      const stream = openCall(session);
      stream.on("error", () => undefined);
      stream.write(body);
      stream.close(constants.NGHTTP2_CANCEL);
    }
    await new Promise(setImmediate);
  }
  await expectAlive();
  session.destroy();
});

test("an HTTP/2 peer that no longer answers is let go, one that does is kept", async () => {
  const pinging = await startEchoEdge({ listen: { host: "127.0.0.1", port: 0, pingMs: 40 } });
  const alive = connectRaw(pinging.url);
  await callRaw(alive, createLinkFrame());
  const dead = connect(pinging.address.port, "127.0.0.1");
  dead.on("error", () => undefined);
  dead.write(
    Buffer.concat([
      Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
      Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
    ]),
  );
  await readAll(dead);
  expect((await callRaw(alive, createLinkFrame())).status).toBe("0");
  expect(alive.destroyed).toBe(false);
  alive.close();
  await pinging.drain(1000);
});

test("1000 connections opened and closed leave nothing behind", async () => {
  for (let round = 0; round < 10; round += 1) {
    const sockets = Array.from({ length: 100 }, (_, index) => {
      const socket = open();
      socket.on("connect", () => (index % 2 === 0 ? socket.destroy() : socket.end(healthRequest)));
      socket.resume();
      return once(socket, "close");
    });
    await Promise.all(sockets);
  }
  await expectAlive();
  await expect.poll(() => edge.connections(), { interval: 20 }).toBeLessThan(10);
});
