import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Connections, createConnections } from "./connections.ts";
import { unguarded } from "./effect-guard.ts";
import { type TryResult, tryOnce } from "./try.ts";

let server: Server;
let connections: Connections;
let opened: number;

beforeEach(async () => {
  opened = 0;
  server = createServer((request, response) => {
    if (request.url !== "/silent") response.end("{}");
  });
  server.on("connection", () => opened++);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  connections = createConnections(`http://127.0.0.1:${port}`, { connectTimeoutMs: 2_000 });
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await connections.close();
});

function request(path = "/"): Promise<TryResult> {
  const request = { method: "GET", path, headers: {}, body: null } as const;
  const limits = {
    headersTimeoutMs: path === "/silent" ? 50 : 5_000,
    totalTimeoutMs: 5_000,
    maxReplyBytes: 100,
  };
  return connections.use((connection) => tryOnce(connection, request, limits, unguarded));
}

it("uses a connection again, and opens one for each request at the same time", async () => {
  for (let number = 0; number < 5; number++) expect(await request()).toMatchObject({ kind: "reply" });
  expect(opened).toBe(1);
  await Promise.all([request(), request(), request()]);
  expect(opened).toBe(3);
  await request();
  expect(opened).toBe(3);
});

it("does not use a connection again whose reply never came", async () => {
  expect(await request("/silent")).toMatchObject({ kind: "lost", why: "timeout", sent: true });
  expect(await request()).toMatchObject({ kind: "reply" });
  expect(opened).toBe(2);
});

it("lets go of a connection that the provider has closed", async () => {
  await request();
  server.closeIdleConnections();
  await expect.poll(async () => (await request()).kind).toBe("reply");
  expect(opened).toBe(2);
});

it("waits for requests in progress when it closes", async () => {
  const last = request();
  await connections.close();
  expect(await last).toMatchObject({ kind: "reply" });
});
