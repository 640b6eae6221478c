import { readFileSync } from "node:fs";
import { connect as connectHttp2 } from "node:http2";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createAuthentication } from "../../src/security/authentication.ts";
import { createLog } from "../../src/telemetry/log.ts";
import {
  createTestAuthority,
  type TestAuthority,
  type TestCertificate,
} from "../support/service/certificates.ts";
import { tool } from "../support/tools.ts";
import { type EchoEdge, echo, startEchoEdge } from "./echo-edge.ts";
import { callRaw, createLinkFrame, createLinkPath } from "./raw-grpc.ts";

describe.runIf(tool("openssl"))("client certificates", () => {
  let authority: TestAuthority;
  let untrustedAuthority: TestAuthority;
  let server: TestCertificate;
  let acme: TestCertificate;
  let edge: EchoEdge;
  let scopes: unknown[];

  beforeAll(() => {
    authority = createTestAuthority();
    untrustedAuthority = createTestAuthority();
    server = authority.issue("/CN=localhost");
    acme = authority.issue("/O=acme/OU=shop/CN=orders");
  });
  afterAll(() => {
    authority.remove();
    untrustedAuthority.remove();
  });
  afterEach(() => edge.drain(1000));

  async function start(isClientCertificateOptional: boolean): Promise<void> {
    scopes = [];
    const means = { apiKeys: [], tokenIssuer: undefined, certificates: true };
    const clientCa = readFileSync(authority.ca, "utf8");
    edge = await startEchoEdge({
      listen: {
        host: "127.0.0.1",
        port: 0,
        tls: { cert: server.cert, key: server.key, clientCa, isClientCertificateOptional },
      },
      authenticate: await createAuthentication(means, createLog({ level: "silent" })),
      createLink: async (request, call) => {
        scopes.push(call.scope);
        return echo(request, call);
      },
    });
  }

  const tls = (certificate?: TestCertificate) => ({
    ca: readFileSync(authority.ca),
    ...(certificate && { cert: certificate.cert, key: certificate.key }),
  });

  /** The gRPC status of a call over HTTP/2; undefined where the connection was refused. */
  async function callOver(certificate?: TestCertificate): Promise<string | undefined> {
    const session = connectHttp2(edge.url, tls(certificate));
    session.on("error", () => undefined);
    try {
      return (await callRaw(session, createLinkFrame())).status;
    } finally {
      session.destroy();
    }
  }

  test.each([true, false])(
    "say whose a call is, over both versions of HTTP (optional: %s)",
    async (optional) => {
      await start(optional);
      expect(await callOver(acme)).toBe("0");
      expect(await post(edge, tls(acme))).toMatch(/^HTTP\/1\.1 200 /);
      const named = { tenantId: "acme", merchantId: "shop" };
      expect(scopes).toEqual([named, named]);
      const [line] = edge.lines.filter(({ message }) => message === "rpc");
      expect(line).toMatchObject({ caller: "certificate of orders, acme, shop" });
    },
  );

  test("of another authority, or none, do not get as far as a call where they are the only way", async () => {
    await start(false);
    expect(await callOver(untrustedAuthority.issue("/O=acme/OU=shop/CN=orders"))).toBeUndefined();
    expect(await callOver()).toBeUndefined();
    expect(scopes).toEqual([]);
  });

  test("of another authority, or none, prove nothing where there are other ways", async () => {
    await start(true);
    for (const certificate of [untrustedAuthority.issue("/O=acme/OU=shop/CN=orders"), undefined]) {
      expect(await callOver(certificate)).toBe("16");
      expect(await post(edge, tls(certificate))).toMatch(/^HTTP\/1\.1 401 /);
    }
    expect(scopes).toEqual([]);
  });

  test.each(["TLSv1.2", "TLSv1.3"] as const)(
    "prove nothing in a session of %s resumed without one",
    async (version) => {
      await start(true);
      const options = { ...tls(), minVersion: version, maxVersion: version };
      const session = await sessionOf(edge, options);
      expect(await post(edge, { ...options, session })).toMatch(/^HTTP\/1\.1 401 /);
      expect(scopes).toEqual([]);
    },
  );

  test.each(["TLSv1.2", "TLSv1.3"] as const)(
    "still count in a session of %s that is resumed",
    async (version) => {
      await start(true);
      const options = { ...tls(acme), minVersion: version, maxVersion: version };
      const session = await sessionOf(edge, options);
      expect(await post(edge, { ...options, session })).toMatch(/^HTTP\/1\.1 200 /);
      expect(scopes).toEqual([{ tenantId: "acme", merchantId: "shop" }]);
    },
  );

  test.each([
    ["/", {}, { tenantId: "public", merchantId: "DefaultMerchantId" }],
    ["/CN=anybody", {}, { tenantId: "public", merchantId: "DefaultMerchantId" }],
    ["/CN=anybody", { "x-tenant-id": "t", "x-merchant-id": "m" }, { tenantId: "t", merchantId: "m" }],
    ["/O=acme", { "x-merchant-id": "m" }, { tenantId: "acme", merchantId: "m" }],
    ["/O=acme", { "x-tenant-id": "other" }, undefined],
    ["/OU=shop", { "x-tenant-id": "t" }, { tenantId: "t", merchantId: "shop" }],
    ["/O=Acme Incorporated/OU=shop", {}, undefined],
    ["/O=acme/O=globex/OU=shop", {}, undefined],
  ])("about %s with headers %j act for %j", async (subject, headers, scope) => {
    await start(false);
    const session = connectHttp2(edge.url, tls(authority.issue(subject)));
    const { status } = await callRaw(session, createLinkFrame(), headers);
    session.destroy();
    expect([status, scopes]).toEqual(scope ? ["0", [scope]] : ["7", []]);
  });
});

/** What a call over HTTP/1.1 is answered with. */
function post(edge: EchoEdge, options: ConnectionOptions): Promise<string> {
  return exchange(edge, options).then(({ said }) => said);
}

/** A session that can be resumed. */
async function sessionOf(edge: EchoEdge, options: ConnectionOptions): Promise<Buffer> {
  const { session } = await exchange(edge, options, "/healthz");
  return session as Buffer;
}

function exchange(
  edge: EchoEdge,
  options: ConnectionOptions,
  path = createLinkPath,
): Promise<{ readonly said: string; readonly session: Buffer | undefined }> {
  return new Promise((resolve) => {
    let said = "";
    let session: Buffer | undefined;
    const socket = connectTls(edge.address.port, "127.0.0.1", { ALPNProtocols: ["http/1.1"], ...options });
    socket.on("session", (made) => {
      session = made;
    });
    socket.on("data", (piece) => {
      said += piece;
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve({ said, session }));
    socket.on("secureConnect", () => {
      if (options.session) said += socket.isSessionReused() ? "" : "not resumed ";
    });
    const request = path === createLinkPath ? "POST" : "GET";
    socket.write(
      `${request} ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}`,
    );
  });
}
