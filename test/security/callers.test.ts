import { createHash, createHmac, createPublicKey, type JsonWebKey } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { connect as connectSocket } from "node:net";
import { join } from "node:path";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PayoutLinkService } from "../../src/gen/sluice/v1/payout_link_service_pb.ts";
import { newApiKey } from "../../src/security/api-keys.ts";
import { clients, linkOf, type TestCall } from "../support/clients/clients.ts";
import { bearer, callJson } from "../support/clients/json-call.ts";
import { type RunningService, startService, temporaryFolder } from "../support/service/service.ts";
import { startTestIssuer, type TestIssuer } from "../support/service/token-issuer.ts";

const money = { amount: { minor_amount: "4242", currency: "USD" }, destination_currency: "USD" };
const createLink: TestCall = {
  rpc: "createLink",
  headers: { "x-connector": "sandbox" },
  body: { ...money, link_options: { nickname: "nickname-canary", metadata: { order: "metadata-canary" } } },
};
const keys = {
  acme: newApiKey("acme/shop"),
  globex: newApiKey("globex/shop"),
  any: newApiKey("*/*"),
};
const secrets: string[] = Object.values(keys).map(({ key }) => key);

let folder: ReturnType<typeof temporaryFolder>;
let issuer: TestIssuer;
let service: RunningService;
beforeAll(async () => {
  folder = temporaryFolder();
  issuer = await startTestIssuer();
  service = await startService({
    environment: {
      SLUICE_DATABASE_URL: `sqlite:${folder.path}/sluice.db`,
      SLUICE_LOG_LEVEL: "debug",
      SLUICE_API_KEYS: Object.values(keys)
        .map(({ entry }) => entry)
        .join(","),
      SLUICE_JWKS_URL: String(issuer.jwksUrl),
      SLUICE_JWT_ISSUER: issuer.issuer,
      SLUICE_JWT_AUDIENCE: issuer.audience,
    },
  });
});
afterAll(async () => {
  await service.stop();
  await issuer.close();
  folder.remove();
});

const ask = (path: string, headers: Readonly<Record<string, string>>, body: unknown = createLink.body) =>
  callJson(service, path, headers, body);
const CREATE_LINK = "types.PayoutService/CreateLink";
const unauthenticated = { status: 401, code: "unauthenticated", reason: "UNAUTHENTICATED_CALLER" };

describe("an API key", () => {
  it.each(Object.keys(clients))("lets in who has it and nobody else, with %s", async (name) => {
    const send = clients[name] as (typeof clients)[string];
    const known = await send(service, {
      ...createLink,
      headers: { "x-connector": "sandbox", ...bearer(keys.acme.key) },
    });
    expect(linkOf(known).state).toBe("LINK_STATE_ACTIVE");
    const unknown = await send(service, createLink);
    expect(unknown).toMatchObject({ code: "UNAUTHENTICATED", reason: "UNAUTHENTICATED_CALLER" });
    expect(unknown.message).toContain("authorization: Bearer <key>");
  });

  it.each<[string, () => Readonly<Record<string, string>>]>([
    ["a wrong key", () => bearer(newApiKey("acme/shop").key)],
    ["a part of a key", () => bearer(keys.acme.key.slice(0, -1))],
    ["the hash of a key", () => bearer(createHash("sha256").update(keys.acme.key).digest("hex"))],
    ["an entry", () => bearer(keys.acme.entry)],
    ["another scheme", () => ({ authorization: `Basic ${keys.acme.key}` })],
    ["no scheme", () => ({ authorization: keys.acme.key })],
    ["nothing in the header", () => ({ authorization: "" })],
    ["another header", () => ({ "x-api-key": keys.acme.key })],
  ])("is not %s", async (_name, headers) => {
    expect(await ask(CREATE_LINK, headers())).toMatchObject(unauthenticated);
  });

  it("is not one of two", async () => {
    const socket = connectSocket(Number(new URL(service.url).port), "127.0.0.1").setEncoding("utf8");
    const headers = [keys.acme.key, keys.globex.key]
      .map((key) => `authorization: Bearer ${key}\r\n`)
      .join("");
    socket.write(
      `POST /${CREATE_LINK} HTTP/1.1\r\nhost: x\r\n${headers}content-type: application/json\r\ncontent-length: 2\r\n\r\n{}`,
    );
    const [said] = await once(socket, "data");
    socket.destroy();
    expect(said).toMatch(/^HTTP\/1\.1 401 /);
  });

  it.each([
    ["twice, the right one first", "x-tenant-id: acme\r\nx-tenant-id: globex\r\n"],
    ["twice, the right one last", "x-tenant-id: globex\r\nx-tenant-id: acme\r\n"],
    ["together, as some proxies put them", "x-tenant-id: acme, globex\r\n"],
    ["in capitals", "X-TENANT-ID: globex\r\n"],
    ["with a letter that looks alike", "x-tenant-id: \u00e1cme\r\n"],
    ["with the merchant in it", "x-tenant-id: acme/shop\r\n"],
    ["as any", "x-tenant-id: *\r\n"],
    ["as nothing", "x-tenant-id:\r\n"],
  ])("acts for its own tenant only, whoever else is named %s", async (_name, header) => {
    const socket = connectSocket(Number(new URL(service.url).port), "127.0.0.1").setEncoding("utf8");
    socket.write(
      `POST /sluice.v1.PayoutLinkService/List HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${keys.acme.key}\r\n${header}content-type: application/json\r\ncontent-length: 2\r\n\r\n{}`,
      "latin1",
    );
    const [said] = await once(socket, "data");
    socket.destroy();
    expect(said).toMatch(/^HTTP\/1\.1 (400|403) /);
  });

  it("says every wrong thing in the same words", async () => {
    const told = await Promise.all(
      [{}, bearer("x"), bearer(keys.acme.entry), { authorization: "Basic x" }, bearer("a.b.c")].map(
        (headers) => ask(CREATE_LINK, headers),
      ),
    );
    expect(new Set(told.map(({ text }) => text)).size).toBe(1);
  });

  it("is written `bearer` or `BEARER` too", async () => {
    const headers = { authorization: `bearer ${keys.acme.key}` };
    expect((await ask(CREATE_LINK, headers)).status).toBe(200);
  });

  it("for any tenant takes the one that the headers name", async () => {
    const named = { "x-tenant-id": "acme", "x-merchant-id": "shop" };
    const id = linkOf({ reply: (await ask(CREATE_LINK, bearer(keys.acme.key))).json, trailers: {} }).id;
    const body = { connector_payout_id: id };
    expect(
      (await ask("types.PayoutService/Get", { ...bearer(keys.any.key), ...named }, body)).json,
    ).toMatchObject({
      payout_link: { id },
    });
  });

  it("is asked for by everything but health, reflection and probes", async () => {
    expect((await ask("grpc.health.v1.Health/Check", {}, {})).json).toEqual({ status: "SERVING" });
    for (const path of ["/healthz", "/readyz", "/metrics"]) {
      expect((await fetch(service.url + path)).status).toBe(200);
    }
    expect(await ask("sluice.v1.ConnectorService/List", {}, {})).toMatchObject(unauthenticated);
    expect(await ask("types.EventService/ParseEvent", {}, {})).toMatchObject(unauthenticated);
    expect((await ask("sluice.v1.ConnectorService/List", bearer(keys.acme.key), {})).status).toBe(200);
  });

  it.each([
    ["gRPC", createGrpcTransport],
    ["gRPC-Web", createGrpcWebTransport],
  ])("is asked for by streams over %s", async (_name, createTransport) => {
    const transport = createTransport({ baseUrl: service.url, httpVersion: "2" });
    const client = createClient(PayoutLinkService, transport);
    expect(await codeOf(client.watch({ id: "x" }))).toBe(Code.Unauthenticated);
    expect(await codeOf(client.watch({ id: "x" }, { headers: bearer(keys.acme.key) }))).not.toBe(
      Code.Unauthenticated,
    );
    const other = { ...bearer(keys.acme.key), "x-tenant-id": "globex" };
    expect(await codeOf(client.watch({ id: "x" }, { headers: other }))).toBe(Code.PermissionDenied);
  });
});

async function codeOf(stream: AsyncIterable<unknown>): Promise<Code | undefined> {
  try {
    for await (const _message of stream);
    return undefined;
  } catch (error) {
    return ConnectError.from(error).code;
  }
}

describe("a token", () => {
  const claims = { tenant_id: "acme", merchant_id: "shop" };
  const sign = async (more: object = {}) => {
    const token = await issuer.sign({ ...claims, ...more });
    secrets.push(token);
    return token;
  };
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = () => Math.floor(Date.now() / 1000);

  it("lets in whom it names, and shows the same as the key of the same merchant", async () => {
    const { json } = await ask(CREATE_LINK, bearer(await sign()));
    const { id } = linkOf({ reply: json, trailers: {} });
    const body = { connector_payout_id: id };
    expect((await ask("types.PayoutService/Get", bearer(keys.acme.key), body)).json).toMatchObject({
      payout_link: { id },
    });
  });

  it.each<[string, () => Promise<string> | string]>([
    ["has run out", () => sign({ exp: now() - 3600 })],
    ["never runs out", () => sign({ exp: undefined })],
    ["is of another issuer", () => sign({ iss: "https://other.example.com" })],
    ["is for another server", () => sign({ aud: "other" })],
    ["is not signed", async () => `${part({ alg: "none" })}.${(await sign()).split(".")[1]}.`],
    [
      "is signed with the public key as a secret",
      async () => {
        const body = `${part({ alg: "HS256", kid: "key-1" })}.${(await sign()).split(".")[1]}`;
        const publicKey = createPublicKey({ key: issuer.publicKey() as JsonWebKey, format: "jwk" });
        const pem = publicKey.export({ type: "spki", format: "pem" });
        return `${body}.${createHmac("sha256", pem).update(body).digest("base64url")}`;
      },
    ],
  ])("that %s is refused", async (_name, token) => {
    expect(await ask(CREATE_LINK, bearer(await token()))).toMatchObject(unauthenticated);
  });

  it.each([
    { merchant_id: undefined },
    { tenant_id: undefined },
    { tenant_id: ["acme"] },
    { merchant_id: "" },
  ])("with %j allows nothing", async (more) => {
    expect(await ask(CREATE_LINK, bearer(await sign(more)))).toMatchObject({
      status: 403,
      reason: "CALLER_NOT_ALLOWED",
    });
  });

  it("that cannot be checked is the server's trouble, and keys go on working", async () => {
    const other = await startTestIssuer();
    const apart = temporaryFolder();
    const elsewhere = await startService({
      environment: {
        SLUICE_DATABASE_URL: `sqlite:${apart.path}/sluice.db`,
        SLUICE_API_KEYS: keys.acme.entry,
        SLUICE_JWKS_URL: String(other.jwksUrl),
        SLUICE_JWT_ISSUER: other.issuer,
        SLUICE_JWT_AUDIENCE: other.audience,
      },
    });
    const token = await other.sign(claims);
    await other.close();
    const send = clients["grpc-js"] as (typeof clients)[string];
    const call = (sent: string) =>
      send(elsewhere, { ...createLink, headers: { "x-connector": "sandbox", ...bearer(sent) } });
    expect(await call(token)).toMatchObject({ code: "UNAVAILABLE", reason: "CALLER_CHECK_UNAVAILABLE" });
    expect((await call(keys.acme.key)).reply).toBeDefined();
    await elsewhere.stop();
    apart.remove();
  });
});

describe("beyond loopback", () => {
  it("starts with keys, and not without", async () => {
    const apart = temporaryFolder();
    const environment = {
      SLUICE_DATABASE_URL: `sqlite:${apart.path}/sluice.db`,
      SLUICE_LISTEN: "0.0.0.0:0",
      SLUICE_PUBLIC_URL: "https://pay.example.com",
    };
    await expect(startService({ environment })).rejects.toThrow(/nothing checks who calls/);
    const open = await startService({ environment: { ...environment, SLUICE_API_KEYS: keys.acme.entry } });
    expect((await fetch(`http://127.0.0.1:${new URL(open.url).port}/healthz`)).status).toBe(200);
    expect(await open.stop()).toBe(0);
    apart.remove();
  });
});

describe("what a caller proves itself with", () => {
  it("is in nothing that the server printed or stored, and who it was is", () => {
    const output = service.output();
    expect(secrets.length).toBeGreaterThan(8);
    const stored = readdirSync(folder.path).map((file) => readFileSync(join(folder.path, file), "latin1"));
    expect(stored.join("").length).toBeGreaterThan(10_000);
    for (const secret of secrets) {
      expect(output).not.toContain(secret.slice(0, 40));
      expect(stored.filter((text) => text.includes(secret.slice(0, 40)))).toEqual([]);
    }
    expect(output).not.toMatch(/Bearer|authorization/i);
    expect(output).toContain(`"caller":"key ${keys.acme.entry.slice(0, 8)}"`);
    expect(output).toContain('"caller":"token of tester"');
    expect(output).toContain('"reason":"UNAUTHENTICATED_CALLER"');
    expect(output).not.toContain('"level":"error"');
  });
});
