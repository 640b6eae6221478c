import { execFile, execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import grpc from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Call } from "../../src/core/call.ts";
import type { PayoutServiceCreateLinkRequest } from "../../src/gen/types/payout_pb.ts";
import { tool } from "../support/tools.ts";
import { type EchoEdge, echo, startEchoEdge } from "./echo-edge.ts";
import { callRaw, createLinkFrame, createLinkPath, openCall } from "./raw-grpc.ts";

const run = promisify(execFile);
const openssl = tool("openssl");
const curl = tool("curl");

describe.runIf(openssl && curl)("in TLS", () => {
  let folder: string;
  let edge: EchoEdge;
  const waiting = Promise.withResolvers<Call>();

  const file = (name: string) => join(folder, name);
  const pem = (name: string) => readFileSync(file(name));

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "edge-tls-"));
    for (const name of ["server", "client"]) {
      const extension = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
      const files = ["-keyout", file(`${name}.key`), "-out", file(`${name}.pem`)];
      execFileSync(
        openssl ?? "",
        [
          "req",
          "-x509",
          "-newkey",
          "ec",
          "-pkeyopt",
          "ec_paramgen_curve:prime256v1",
          "-nodes",
          "-days",
          "2",
          "-subj",
          `/CN=${name}`,
          ...extension,
          ...files,
        ],
        { stdio: "ignore" },
      );
    }
    edge = await startEchoEdge({
      listen: {
        host: "127.0.0.1",
        port: 0,
        silenceMs: 400,
        tls: { cert: pem("server.pem"), key: pem("server.key") },
      },
      createLink: async (request, call) => {
        if ((request as PayoutServiceCreateLinkRequest).merchantPayoutId === "wait") {
          waiting.resolve(call);
          await once(call.signal, "abort");
        }
        return echo(request, call);
      },
    });
  });

  afterAll(async () => {
    await edge.drain(1000);
    rmSync(folder, { recursive: true });
  });

  test.each(["--http1.1", "--http2"])("curl %s gets pages and calls", async (version) => {
    const curled = async (...args: string[]) =>
      (await run(curl ?? "", ["-sS", version, "--cacert", file("server.pem"), ...args])).stdout;
    expect(await curled(`${edge.url}/healthz`)).toBe("alive\n");
    const body = ["-H", "content-type: application/json", "-d", '{"merchant_payout_id": "p1"}'];
    expect(JSON.parse(await curled(...body, edge.url + createLinkPath))).toMatchObject({
      merchant_payout_id: "p1",
    });
  });

  test("grpc-js calls", async () => {
    const client = new grpc.Client(
      edge.url.replace("https://", ""),
      grpc.credentials.createSsl(pem("server.pem")),
      { "grpc.ssl_target_name_override": "localhost" },
    );
    const same = (message: Buffer) => message;
    const reply = await new Promise<Buffer | undefined>((resolve, reject) => {
      client.makeUnaryRequest(
        createLinkPath,
        same,
        same,
        createLinkFrame({ merchantPayoutId: "p1" }).subarray(5),
        (error, value) => (error ? reject(error) : resolve(value)),
      );
    });
    client.close();
    expect(reply?.toString("latin1")).toContain("p1");
  });

  test("a caller whose connection breaks aborts the signal, and leaves nothing open", async () => {
    const session = connectHttp2(edge.url, { ca: pem("server.pem"), servername: "localhost" });
    session.on("error", () => undefined);
    const stream = openCall(session);
    stream.on("error", () => undefined);
    stream.end(createLinkFrame({ merchantPayoutId: "wait" }));
    const { signal } = await waiting.promise;
    session.destroy();
    if (!signal.aborted) await once(signal, "abort");
    await expect.poll(() => edge.connections(), { interval: 5 }).toBe(0);
  });

  test("a plaintext client gets an answer that says so", async () => {
    const socket = connect(edge.address.port, "127.0.0.1");
    let said = "";
    socket.on("data", (piece) => {
      said += piece;
    });
    socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    await once(socket, "close");
    expect(said).toMatch(/^HTTP\/1.1 400 [\s\S]*This port speaks TLS\. Use https:\/\//);
  });

  test("a handshake that fails harms no other connection", async () => {
    const socket = connect(edge.address.port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write(Buffer.concat([Buffer.from([0x16, 0x03, 0x01, 0x00, 0x40]), Buffer.alloc(64, 0xee)]));
    socket.resume();
    await once(socket, "close");
    const session = connectHttp2(edge.url, { ca: pem("server.pem"), servername: "localhost" });
    expect((await callRaw(session, createLinkFrame())).status).toBe("0");
    session.close();
  });

  test("where a client authority is set, only its clients get in", async () => {
    const tls = { cert: pem("server.pem"), key: pem("server.key"), clientCa: pem("client.pem") };
    const guarded = await startEchoEdge({ listen: { host: "127.0.0.1", port: 0, tls } });
    const args = ["-sS", "--cacert", file("server.pem"), `${guarded.url}/healthz`];
    const known = await run(curl ?? "", ["--cert", file("client.pem"), "--key", file("client.key"), ...args]);
    expect(known.stdout).toBe("alive\n");
    await expect(run(curl ?? "", args)).rejects.toThrow();
    await guarded.drain(1000);
  });
});

describe.runIf(curl)("in plaintext", () => {
  test.each(["--http1.1", "--http2", "--http2-prior-knowledge"])(
    "curl %s gets pages and calls",
    async (version) => {
      const edge = await startEchoEdge();
      const curled = async (...args: string[]) => (await run(curl ?? "", ["-sS", version, ...args])).stdout;
      expect(await curled(`${edge.url}/healthz`)).toBe("alive\n");
      const body = ["-H", "content-type: application/json", "-d", '{"merchant_payout_id": "p1"}'];
      expect(JSON.parse(await curled(...body, edge.url + createLinkPath))).toMatchObject({
        merchant_payout_id: "p1",
      });
      await edge.drain(1000);
    },
  );
});
