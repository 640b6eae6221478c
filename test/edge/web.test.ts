import { once } from "node:events";
import { connect } from "node:net";
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { afterEach, describe, expect, test } from "vitest";
import type { Handler } from "../../src/core/call.ts";
import type { Port } from "../../src/edge/port/port.ts";
import { echo, startEchoEdge } from "./echo-edge.ts";
import { callRaw, connectRaw, createLinkFrame, createLinkPath, openCall, readReply } from "./raw-grpc.ts";

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
  })
  .get("/forbidden", () => {
    throw new HTTPException(403, { message: "not from there" });
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

test("readiness says why not in the log alone", async () => {
  let reason: string | undefined;
  const { url, lines } = await start({
    ready: async () => {
      if (reason) throw new Error(reason);
    },
  });
  const ready = await fetch(`${url}/readyz`);
  expect([ready.status, await ready.text()]).toEqual([200, "ready\n"]);
  reason = "connect ECONNREFUSED 10.1.2.3:5432";
  const unready = await fetch(`${url}/readyz`);
  expect([unready.status, await unready.text()]).toEqual([
    503,
    "not ready: the log of this server says why\n",
  ]);
  expect(JSON.stringify(lines)).toContain(reason);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
});

test("metrics can be scraped, and count calls", async () => {
  const createLink: Handler = (request, call) => {
    call.setConnector("acme");
    return echo(request, call);
  };
  const { url } = await start({ createLink });
  const session = connectRaw(url);
  await callRaw(session, createLinkFrame());
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
  expect(text).not.toContain("/l/{token}");
  for (const part of ["GET /nowhere", "/healthz", "/metrics", "/types.PayoutService/", "application/json"]) {
    expect(text).toContain(part);
  }
});

test("a page that breaks is logged, and says nothing of why", async () => {
  const edge = await start({ pages });
  const reply = await fetch(`${edge.url}/broken`);
  expect(reply.status).toBe(500);
  expect(await reply.text()).not.toContain("canary");
  expect(edge.lines).toMatchObject([{ level: "error", message: "unhandled error in page" }]);
});

test("pages are among what there is only where they are served", async () => {
  const together = await start({ pages });
  expect(await (await fetch(`${together.url}/nowhere`)).text()).toContain("/l/{token}");
  const apart = await start({ pages, publicListen: { host: "127.0.0.1", port: 0 } });
  expect(await (await fetch(`${apart.url}/nowhere`)).text()).not.toContain("/l/{token}");
});

test("a page may refuse by an exception", async () => {
  const edge = await start({ pages });
  const reply = await fetch(`${edge.url}/forbidden`);
  expect([reply.status, await reply.text(), edge.lines]).toEqual([403, "not from there", []]);
});

describe("pages with a port of their own", () => {
  const startApart = () => start({ pages, publicListen: { host: "127.0.0.1", port: 0 } });

  test("are there alone, and nothing else is", async () => {
    const edge = await startApart();
    expect(edge.publicUrl).not.toBe(edge.url);
    expect((await fetch(`${edge.publicUrl}/l/abc`)).status).toBe(200);
    expect((await fetch(`${edge.url}/l/abc`)).status).toBe(404);
    for (const path of ["/", "/healthz", "/readyz", "/metrics"]) {
      expect([path, (await fetch(edge.publicUrl + path)).status]).toEqual([path, 404]);
    }
  });

  test.each(["application/grpc", "application/grpc-web+proto", "application/json", "application/proto"])(
    "answer no call in %s",
    async (contentType) => {
      const edge = await startApart();
      const paths = [
        createLinkPath,
        "/grpc.health.v1.Health/Check",
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
      ];
      const session = connectRaw(edge.publicUrl);
      for (const path of paths) {
        const headers = { "content-type": contentType };
        const overHttp1 = await fetch(edge.publicUrl + path, { method: "POST", headers, body: "{}" });
        const overHttp2 = openCall(session, { ":path": path, "content-type": contentType });
        overHttp2.end(createLinkFrame());
        expect([overHttp1.status, (await readReply(overHttp2)).headers[":status"]]).toEqual([404, 404]);
      }
      session.close();
    },
  );

  test("let those under way finish, and take no more, when the server drains", async () => {
    const answer = Promise.withResolvers<string>();
    const asked = Promise.withResolvers<void>();
    const slow = new Hono().get("/slow", async (context) => {
      asked.resolve();
      return context.text(await answer.promise);
    });
    const edge = await startEchoEdge({ pages: slow, publicListen: { host: "127.0.0.1", port: 0 } });
    const underWay = fetch(`${edge.publicUrl}/slow`);
    await asked.promise;
    const drained = edge.drain(5000);
    await expect(fetch(`${edge.publicUrl}/slow`)).rejects.toThrow();
    answer.resolve("done");
    expect(await (await underWay).text()).toBe("done");
    await drained;
  });

  test("leave nothing behind where the API's port is taken", async () => {
    const { address } = await start();
    const free = await start();
    await free.drain(0);
    const publicListen = { host: "127.0.0.1", port: free.address.port };
    const taken = { pages, publicListen, listen: { host: "127.0.0.1", port: address.port } };
    await expect(startEchoEdge(taken)).rejects.toMatchObject({ code: "EADDRINUSE" });
    await expect(fetch(`http://127.0.0.1:${free.address.port}/`)).rejects.toThrow();
  });
});

describe("what is posted to a page", () => {
  test.each([
    ["with its length", (text: string) => text],
    ["in pieces", (text: string) => new Blob([text]).stream()],
  ])("is not taken beyond the limit, sent %s", async (_name, body) => {
    const edge = await start({ pages, limits: { pageBytes: 1000 } });
    const send = (bytes: number) =>
      fetch(`${edge.url}/webhooks/acme`, { method: "POST", body: body("x".repeat(bytes)), duplex: "half" });
    expect((await send(1000)).status).toBe(200);
    expect((await send(1001)).status).toBe(413);
    expect((await send(5_000_000).catch(() => ({ status: 413 }))).status).toBe(413);
    expect((await send(1000)).status).toBe(200);
    expect(edge.lines).toEqual([]);
  });

  test("is cut when it does not arrive in time, in either version of HTTP", async () => {
    const edge = await start({ pages, limits: { pageBodyMs: 100 } });
    const socket = connect(edge.address.port, "127.0.0.1").setEncoding("utf8");
    let said = "";
    socket.on("data", (text) => {
      said += text;
    });
    socket.write("POST /webhooks/acme HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nabc");
    await once(socket, "close");
    expect(said).toMatch(/^HTTP\/1\.1 408 /);
    const session = connectRaw(edge.url);
    const stream = openCall(session, { ":path": "/webhooks/acme", "content-type": "text/plain" });
    stream.write("abc");
    expect((await readReply(stream)).headers[":status"]).toBe(408);
    expect(edge.lines).toEqual([]);
    session.close();
  });

  test("may be answered for longer than it may take to arrive", async () => {
    const slow = new Hono().post("/slow", async (context) => {
      const text = await context.req.text();
      await new Promise((resolve) => setTimeout(resolve, 150));
      return context.text(text);
    });
    const edge = await start({ pages: slow, limits: { pageBodyMs: 50 } });
    expect(await (await fetch(`${edge.url}/slow`, { method: "POST", body: "abc" })).text()).toBe("abc");
    const session = connectRaw(edge.url);
    const stream = openCall(session, { ":path": "/slow", "content-type": "text/plain" });
    stream.end("abc");
    expect((await readReply(stream)).body.toString()).toBe("abc");
    session.close();
  });
});

test("a port that is taken is an error of the one who asks", async () => {
  const { address } = await start();
  await expect(startEchoEdge({ listen: { host: "127.0.0.1", port: address.port } })).rejects.toMatchObject({
    code: "EADDRINUSE",
  });
});
