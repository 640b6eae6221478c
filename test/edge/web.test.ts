import { Hono } from "hono";
import { afterEach, expect, test } from "vitest";
import type { Port } from "../../src/edge/port.ts";
import { startPages } from "../../src/edge/server.ts";
import { createLog } from "../../src/telemetry/log.ts";
import { startEchoEdge } from "./echo-edge.ts";
import { callRaw, connectRaw, createLinkFrame, openCall, readReply } from "./raw-grpc.ts";

const started: Port[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((port) => port.drain(1000)));
});

async function start(...options: Parameters<typeof startEchoEdge>) {
  const edge = await startEchoEdge(...options);
  started.push(edge);
  return edge;
}

const pages = new Hono()
  .get("/l/:token", (context) => context.html(`<p>${context.req.param("token").length}</p>`))
  .post("/webhooks/:connector", async (context) => context.text(await context.req.text()))
  .get("/broken", () => {
    throw new Error("sk_test_canary");
  });

test("one port has pages, webhooks, probes and RPCs", async () => {
  const { url } = await start({ pages });
  expect(await (await fetch(`${url}/l/${"a".repeat(43)}`)).text()).toBe("<p>43</p>");
  const webhook = await fetch(`${url}/webhooks/acme`, { method: "POST", body: "raw bytes" });
  expect(await webhook.text()).toBe("raw bytes");
  expect(await (await fetch(`${url}/healthz`)).text()).toBe("alive\n");
  const session = connectRaw(url);
  const page = await readReply(
    openCall(session, {
      ":method": "GET",
      ":path": "/l/abc",
      "content-type": "text/html",
    }),
  );
  expect([page.headers[":status"], page.body.toString()]).toEqual([200, "<p>3</p>"]);
  expect((await callRaw(session, createLinkFrame())).status).toBe("0");
  session.close();
});

test("readiness says why not", async () => {
  let reason: string | undefined;
  const { url } = await start({
    ready: async () => {
      if (reason) throw new Error(reason);
    },
  });
  const ready = await fetch(`${url}/readyz`);
  expect([ready.status, await ready.text()]).toEqual([200, "ready\n"]);
  reason = "the ledger does not answer";
  const unready = await fetch(`${url}/readyz`);
  expect([unready.status, await unready.text()]).toEqual([503, "not ready: the ledger does not answer\n"]);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
});

test("metrics can be scraped, and count calls", async () => {
  const { url } = await start();
  const session = connectRaw(url);
  await callRaw(session, createLinkFrame(), { "x-connector": "acme" });
  session.close();
  const reply = await fetch(`${url}/metrics`);
  expect(reply.headers.get("content-type")).toContain("text/plain");
  expect(await reply.text()).toContain(
    'sluice_rpc_duration_seconds_count{method="types.PayoutService/CreateLink",code="ok",connector="acme",protocol="grpc"} 1',
  );
});

test("what is not there is answered with what is", async () => {
  const { url } = await start();
  const reply = await fetch(`${url}/nowhere`);
  expect(reply.status).toBe(404);
  const text = await reply.text();
  for (const part of ["GET /nowhere", "/healthz", "/metrics", "/types.PayoutService/", "application/json"]) {
    expect(text).toContain(part);
  }
});

test("a page that breaks is logged, and says nothing of why", async () => {
  const edge = await start({ pages });
  const reply = await fetch(`${edge.url}/broken`);
  expect(reply.status).toBe(500);
  expect(await reply.text()).not.toContain("canary");
  expect(edge.lines).toMatchObject([{ level: "error", message: "a page broke" }]);
});

test("pages alone have no probes and no RPCs", async () => {
  const log = createLog({ level: "silent" });
  const port = await startPages({ listen: { host: "127.0.0.1", port: 0 }, pages, log });
  started.push(port);
  expect((await fetch(`${port.url}/l/abc`)).status).toBe(200);
  expect((await fetch(`${port.url}/metrics`)).status).toBe(404);
  expect((await fetch(`${port.url}/types.PayoutService/CreateLink`, { method: "POST" })).status).toBe(404);
});

test("a port that is taken is an error of the one who asks", async () => {
  const { address } = await start();
  await expect(startEchoEdge({ listen: { host: "127.0.0.1", port: address.port } })).rejects.toMatchObject({
    code: "EADDRINUSE",
  });
});
