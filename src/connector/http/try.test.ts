import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { Client } from "undici";
import { afterEach, expect, it } from "vitest";
import { unguarded } from "./effect-guard.ts";
import { tryOnce } from "./try.ts";

const request = { method: "POST", path: "/v1/links", headers: {}, body: "{}" } as const;
const limits = { headersTimeoutMs: 5_000, totalTimeoutMs: 5_000, maxReplyBytes: 1_000 };

let server: Server;
let client: Client;
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await client.destroy();
});

async function serve(answer: RequestListener, options: Client.Options = {}): Promise<number> {
  server = createServer(answer);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  client = new Client(`http://127.0.0.1:${port}`, options);
  return port;
}

it("collects a reply that comes in pieces, and tells when it was sent", async () => {
  await serve((_, response) => {
    response.writeHead(201, { "X-Name": ["a", "b"] });
    response.write("é".repeat(100));
    setImmediate(() => response.end("!"));
  });
  let sent = 0;
  const result = await tryOnce(client, request, limits, { beforeSend: () => void sent++ });
  expect(result).toMatchObject({
    kind: "reply",
    status: 201,
    headers: { "x-name": "a, b" },
    text: `${"é".repeat(100)}!`,
  });
  expect(sent).toBe(1);
});

it("gives up a reply that is too long, though it would be good JSON", async () => {
  await serve((_, response) => response.end(JSON.stringify("x".repeat(1_001))));
  expect(await tryOnce(client, request, limits, unguarded)).toMatchObject({
    kind: "lost",
    sent: true,
    why: "unreadable",
  });
});

it("waits for the answer after an interim one, and no longer than for any other", async () => {
  await serve((_, response) => response.writeEarlyHints({ link: "</x>; rel=preload" }));
  const result = await tryOnce(client, request, { ...limits, headersTimeoutMs: 100 }, unguarded);
  expect(result).toMatchObject({ kind: "lost", sent: true, why: "timeout" });
});

it("never sends a request whose deadline passed while it waited for its connection", async () => {
  const goOn = Promise.withResolvers<void>();
  let requests = 0;
  const port = await serve(
    (_, response) => {
      requests++;
      response.end();
    },
    {
      connect: (_options, callback) => {
        const socket = connect(port, "127.0.0.1", async () => {
          await goOn.promise;
          callback(null, socket);
        });
      },
    },
  );
  let sent = 0;
  const result = await tryOnce(
    client,
    request,
    { ...limits, totalTimeoutMs: 20 },
    { beforeSend: () => void sent++ },
  );
  expect(result).toMatchObject({ kind: "lost", sent: false, why: "deadline" });
  goOn.resolve();
  await client.close();
  expect([requests, sent]).toEqual([0, 0]);
});
