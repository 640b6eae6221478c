import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:http2";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { afterEach, expect, test } from "vitest";
import { createClientAddress } from "../../src/edge/http/client-address.ts";
import { type EchoEdge, startEchoEdge } from "./echo-edge.ts";

let edge: EchoEdge | undefined;
afterEach(() => edge?.drain(1000));

async function start(trustedProxies: number, host = "127.0.0.1"): Promise<EchoEdge> {
  const clientAddress = createClientAddress(trustedProxies);
  const pages = new Hono().get("/who", (context) => context.text(clientAddress(context)));
  edge = await startEchoEdge({ pages, listen: { host, port: 0 } });
  return edge;
}

async function ask(url: string, forwarded?: string): Promise<string> {
  return (await fetch(`${url}/who`, { headers: forwarded ? { "x-forwarded-for": forwarded } : {} })).text();
}

test("is the connection's where no proxy is configured, and headers do not change it", async () => {
  const { url } = await start(0);
  expect(await ask(url)).toBe("127.0.0.1");
  expect(await ask(url, "203.0.113.7")).toBe("127.0.0.1");
});

test.each([
  [1, "203.0.113.7", "203.0.113.7"],
  [1, "198.51.100.1, 203.0.113.7", "203.0.113.7"],
  [2, "198.51.100.1, 203.0.113.7, 10.0.0.1", "203.0.113.7"],
  [1, "2001:db8::7", "2001:db8::7"],
  [1, "::ffff:203.0.113.7", "203.0.113.7"],
  [1, "203.0.113.7:4711", "203.0.113.7"],
  [1, "[2001:db8::7]:4711", "2001:db8::7"],
  [2, "203.0.113.7", "127.0.0.1"],
  [1, "unknown", "127.0.0.1"],
  [1, "203.0.113.7, ", "127.0.0.1"],
  [1, "203.0.113.777", "127.0.0.1"],
  [1, undefined, "127.0.0.1"],
])("behind %i proxies that say %j is %s", async (trustedProxies, forwarded, address) => {
  const { url } = await start(trustedProxies);
  expect(await ask(url, forwarded)).toBe(address);
});

test("is known over HTTP/2 too", async () => {
  const { url } = await start(1);
  const session = connect(url);
  const answers: string[] = [];
  const twice = { "x-forwarded-for": ["198.51.100.1", "203.0.113.8"] };
  for (const headers of [{}, { "x-forwarded-for": "203.0.113.7" }, twice]) {
    const stream = session.request({ ":path": "/who", ...headers }).setEncoding("utf8");
    stream.on("data", (text) => answers.push(text));
    await once(stream, "close");
  }
  session.close();
  expect(answers).toEqual(["127.0.0.1", "203.0.113.7", "203.0.113.8"]);
});

test("is that of IPv4 on a socket for both versions", async () => {
  const clientAddress = createClientAddress(0);
  const pages = new Hono().get("/who", (context) => context.text(clientAddress(context)));
  const server = createServer(getRequestListener(pages.fetch, { overrideGlobalObjects: false }));
  server.listen(0, "::");
  await once(server, "listening");
  expect(await ask(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)).toBe("127.0.0.1");
  server.closeAllConnections();
  server.close();
});
