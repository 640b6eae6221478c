import { createHmac, createPublicKey, type JsonWebKey } from "node:crypto";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startTestIssuer, type TestIssuer } from "../../test/support/service/token-issuer.ts";
import { createLog } from "../telemetry/log.ts";
import { createTokenVerifier, type VerifyToken } from "./tokens.ts";

let issuer: TestIssuer;
let read: VerifyToken;
let lines: string[];
beforeEach(async () => {
  issuer = await startTestIssuer();
  lines = [];
  read = await newReader();
});
afterEach(async () => {
  vi.useRealTimers();
  await issuer.close();
});

const newReader = (cooldownMs = 0) =>
  createTokenVerifier(issuer, {
    log: createLog({ level: "warn", destination: { write: (line) => lines.push(line) } }),
    cooldownMs,
  });
const claims = { tenant_id: "acme", merchant_id: "shop" };
const seconds = (ms: number) => Math.floor((Date.now() + ms) / 1000);
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const payload = (more: object = {}) => ({
  iss: issuer.issuer,
  aud: issuer.audience,
  exp: seconds(600_000),
  ...claims,
  ...more,
});

describe("a token counts", () => {
  it("for whom it names", async () => {
    expect(await read(await issuer.sign(claims))).toEqual({
      name: "token of tester",
      tenantId: "acme",
      merchantId: "shop",
    });
  });

  it("with this server among its audiences, and a clock that is a little off", async () => {
    expect(await read(await issuer.sign({ aud: ["other", issuer.audience] }))).toBeDefined();
    expect(await read(await issuer.sign({ exp: seconds(-5000), nbf: seconds(5000) }))).toBeDefined();
  });

  it("without a subject, leaving its tenant and merchant to the scope's check", async () => {
    const caller = await read(await issuer.sign({ sub: undefined, merchant_id: ["a"] }));
    expect(caller).toEqual({ name: "token of no subject", tenantId: undefined, merchantId: ["a"] });
  });
});

describe("a token does not count", () => {
  it.each<[string, () => Record<string, unknown>]>([
    ["has run out", () => ({ exp: seconds(-60_000) })],
    ["never runs out", () => ({ exp: undefined })],
    ["does not count yet", () => ({ nbf: seconds(60_000) })],
    ["is of another issuer", () => ({ iss: "https://other.example.com" })],
    ["is of no issuer", () => ({ iss: undefined })],
    ["is for another server", () => ({ aud: "other" })],
    ["is for no server", () => ({ aud: undefined })],
  ])("that %s", async (_name, change) => {
    expect(await read(await issuer.sign({ ...claims, ...change() }))).toBeUndefined();
  });

  it("that is not signed", async () => {
    const unsigned = `${part({ alg: "none", kid: "key-1" })}.${part(payload())}.`;
    expect(await read(unsigned)).toBeUndefined();
    const [head, , signature] = (await issuer.sign(claims)).split(".");
    expect(await read(`${head}.${part(payload())}.${signature}`)).toBeUndefined();
    expect(await read(`${head}.${part(payload())}.`)).toBeUndefined();
  });

  it("that is signed with the public key, as if that were a secret", async () => {
    const publicKey = createPublicKey({ key: issuer.publicKey() as JsonWebKey, format: "jwk" });
    for (const secret of [
      publicKey.export({ type: "spki", format: "pem" }),
      publicKey.export({ type: "spki", format: "der" }),
      JSON.stringify(issuer.publicKey()),
    ]) {
      const body = `${part({ alg: "HS256", kid: "key-1" })}.${part(payload())}`;
      const signature = createHmac("sha256", secret).update(body).digest("base64url");
      expect(await read(`${body}.${signature}`)).toBeUndefined();
    }
  });

  it("that is signed with another key of the same name, or one that it brings itself", async () => {
    const { privateKey, publicKey } = await generateKeyPair("ES256");
    const jwk = await exportJWK(publicKey);
    for (const header of [{ kid: "key-1" }, { jwk }, { kid: "key-9" }, { kid: "key-1", jwk }]) {
      const signed = new SignJWT(payload()).setProtectedHeader({ alg: "ES256", ...(header as object) });
      expect(await read(await signed.sign(privateKey))).toBeUndefined();
    }
  });

  it.each(["", "x", "a.b.c", "....", "sluice_canary", `${part({ alg: "ES256" })}.x.y`])(
    "that is none: %j",
    async (text) => {
      expect(await read(text)).toBeUndefined();
    },
  );
});

describe("when the issuer changes its key", () => {
  it("tokens of the new one count, and those of the old one no longer", async () => {
    const before = await issuer.sign(claims);
    expect(await read(before)).toBeDefined();
    await issuer.rotate();
    expect(await read(await issuer.sign(claims))).toBeDefined();
    expect(await read(before)).toBeUndefined();
  });

  it("unknown keys do not make this server ask the issuer over and over", async () => {
    const patient = await newReader(60_000);
    await patient(await issuer.sign(claims));
    await issuer.rotate();
    for (let tries = 0; tries < 5; tries += 1)
      expect(await patient(await issuer.sign(claims))).toBeUndefined();
    expect(issuer.asked()).toBe(1);
  });
});

describe("when the keys cannot be fetched", () => {
  it.each([
    ["an error", { status: 500, body: "" }],
    ["another place", { status: 302, body: "" }],
    ["no JSON", { status: 200, body: "<html>" }],
    ["no keys", { status: 200, body: "[]" }],
  ])("because the answer is %s, the caller gets CALLER_CHECK_UNAVAILABLE", async (_name, reply) => {
    issuer.answer(reply);
    await expect(read(await issuer.sign(claims))).rejects.toMatchObject({
      reason: "CALLER_CHECK_UNAVAILABLE",
      retryable: true,
    });
    expect(lines).toHaveLength(1);
    issuer.answer(undefined);
    expect(await read(await issuer.sign(claims))).toBeDefined();
  });

  it("known ones stay valid for a while, and are refreshed in the background", async () => {
    const token = await issuer.sign({ ...claims, exp: seconds(24 * 3_600_000) });
    expect(await read(token)).toBeDefined();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 11 * 60_000 });
    issuer.answer({ status: 500, body: "" });
    expect(await read(token)).toBeDefined();
    await vi.waitUntil(() => lines.length === 1);
    expect(issuer.asked()).toBe(2);
    expect(await read(token)).toBeDefined();
    expect(issuer.asked()).toBe(2);
    vi.setSystemTime(Date.now() + 50 * 60_000);
    await expect(read(token)).rejects.toMatchObject({ reason: "CALLER_CHECK_UNAVAILABLE" });
    issuer.answer(undefined);
    expect(await read(token)).toBeDefined();
  });
});
