import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ConfigError, readConfig } from "./config.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-config-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const KEY = Buffer.alloc(32, 7).toString("base64");
const apiKeys = `${"ab".repeat(32)}:acme/shop`;
const issuer = {
  SLUICE_JWKS_URL: "https://issuer.example.com/keys",
  SLUICE_JWT_ISSUER: "https://issuer.example.com",
  SLUICE_JWT_AUDIENCE: "sluice",
};
const everywhere = { SLUICE_LISTEN: "0.0.0.0:8080", SLUICE_PUBLIC_URL: "https://pay.example.com" };
const read = (environment: Readonly<Record<string, string>>) =>
  readConfig({ SLUICE_KEY: KEY, SLUICE_DATABASE_URL: `sqlite:${folder}/sluice.db`, ...environment });

/** Lines of what is wrong, each a mistake. */
function mistakes(environment: Readonly<Record<string, string>>): readonly string[] {
  try {
    read(environment);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split("\n").slice(1, -1);
  }
  return [];
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const tls = (clientCa = true) => ({
  SLUICE_TLS_CERT: file("cert.pem", "cert"),
  SLUICE_TLS_KEY: file("key.pem", "key"),
  ...(clientCa && { SLUICE_TLS_CLIENT_CA: file("ca.pem", "ca") }),
});

describe("who may call", () => {
  it("is everybody on loopback, where nothing is said", () => {
    const { callers, publicListen, tls: none, trustedProxies, cards } = read({});
    expect(callers).toEqual({ apiKeys: [], tokenIssuer: undefined, certificates: false });
    expect([publicListen, none, trustedProxies, [...cards]]).toEqual([undefined, undefined, 0, []]);
  });

  it.each<[string, () => Record<string, string>]>([
    ["API keys", () => ({ SLUICE_API_KEYS: apiKeys })],
    ["tokens", () => issuer],
    ["client certificates", () => ({ ...tls(), SLUICE_PUBLIC_LISTEN: "127.0.0.1:8081" })],
    ["the operator's word", () => ({ SLUICE_ALLOW_UNAUTHENTICATED: "yes" })],
  ])("must be asked beyond loopback, for which %s will do", (_name, environment) => {
    expect(mistakes(everywhere)).toEqual([
      expect.stringMatching(/nothing checks who calls: set SLUICE_API_KEYS/),
    ]);
    expect(mistakes({ ...everywhere, ...environment() })).toEqual([]);
  });

  it.each(["no", "Yes", "true", "1", ""])("is not left open by %j", (word) => {
    expect(mistakes({ ...everywhere, SLUICE_ALLOW_UNAUTHENTICATED: word })).toHaveLength(1);
  });

  it("is not left open by settings that come to nothing", () => {
    expect(mistakes({ ...everywhere, SLUICE_API_KEYS: " " })).toHaveLength(1);
    expect(mistakes({ ...everywhere, ...tls(false) })).toHaveLength(1);
  });

  it("reads keys and issuer, and never repeats a key", () => {
    const { callers } = read({ SLUICE_API_KEYS: apiKeys, ...issuer });
    expect(callers.apiKeys).toHaveLength(1);
    expect(callers.tokenIssuer).toEqual({
      jwksUrl: new URL(issuer.SLUICE_JWKS_URL),
      issuer: issuer.SLUICE_JWT_ISSUER,
      audience: issuer.SLUICE_JWT_AUDIENCE,
    });
    const [mistake] = mistakes({ SLUICE_API_KEYS: "sluice_canary" });
    expect(mistake).toMatch(/SLUICE_API_KEYS has an entry, number 1/);
    expect(mistake).not.toContain("canary");
  });

  it.each(Object.keys(issuer))("needs %s with the other two of an issuer", (name) => {
    const [mistake] = mistakes({ ...issuer, [name]: "" });
    expect(mistake).toContain(`${name} missing`);
  });

  it.each([
    "http://issuer.example.com/keys",
    "https://me:secret@issuer.example.com/",
    "file:///keys",
    "keys",
  ])("does not fetch keys from %s", (url) => {
    expect(mistakes({ ...issuer, SLUICE_JWKS_URL: url })).toEqual([
      expect.stringMatching(/SLUICE_JWKS_URL must be an https URL/),
    ]);
  });

  it.each(["http://127.0.0.1:1/keys", "http://[::1]:1/keys", "http://localhost:1/keys"])(
    "may fetch them from %s",
    (url) => {
      expect(mistakes({ ...issuer, SLUICE_JWKS_URL: url })).toEqual([]);
    },
  );
});

describe("client certificates", () => {
  it("need a port of its own for the pages", () => {
    expect(mistakes(tls())).toEqual([
      expect.stringMatching(/SLUICE_PUBLIC_LISTEN is needed with SLUICE_TLS_CLIENT_CA: recipients/),
    ]);
  });

  it("are optional only where there is another way to say who calls", () => {
    const apart = { ...tls(), SLUICE_PUBLIC_LISTEN: "127.0.0.1:8081" };
    expect(read(apart).tls?.isClientCertificateOptional).toBe(false);
    expect(read({ ...apart, ...issuer }).tls?.isClientCertificateOptional).toBe(true);
    expect(read({ ...apart, SLUICE_API_KEYS: apiKeys }).tls?.isClientCertificateOptional).toBe(true);
  });
});

describe("the public URL", () => {
  const allowed = { SLUICE_ALLOW_UNAUTHENTICATED: "yes" };

  it.each<[string, Record<string, string>]>([
    ["SLUICE_LISTEN", { SLUICE_LISTEN: "0.0.0.0:1", ...allowed }],
    ["SLUICE_PUBLIC_LISTEN", { SLUICE_PUBLIC_LISTEN: "[::]:2" }],
  ])("is needed where pages are on every address of %s", (name, environment) => {
    expect(mistakes(environment)).toEqual([
      expect.stringMatching(new RegExp(`^  SLUICE_PUBLIC_URL is needed with ${name}=`)),
    ]);
    expect(mistakes({ ...environment, SLUICE_PUBLIC_URL: "https://pay.example.com" })).toEqual([]);
  });

  it.each([
    ["https://pay.example.com/", "https://pay.example.com"],
    ["https://PAY.example.com/links//", "https://pay.example.com/links"],
    ["http://127.0.0.1:8080", "http://127.0.0.1:8080"],
  ])("written as %s is %s", (text, url) => {
    expect(read({ SLUICE_PUBLIC_URL: text }).publicUrl).toBe(url);
  });

  it.each([
    "https://pay.example.com?",
    "https://pay.example.com/#",
    "https://pay.example.com/\n",
    " https://pay.example.com",
    "https:pay.example.com",
    "https://:password@pay.example.com",
    "ftp://pay.example.com",
  ])("is not %j, behind which a link would lead elsewhere", (text) => {
    expect(mistakes({ SLUICE_PUBLIC_URL: text })).toEqual([
      expect.stringMatching(/^ {2}SLUICE_PUBLIC_URL must be a URL without password and query/),
    ]);
  });

  it("is not needed for an API on every address whose pages are elsewhere", () => {
    expect(mistakes({ SLUICE_LISTEN: "0.0.0.0:1", SLUICE_PUBLIC_LISTEN: "127.0.0.1:2", ...allowed })).toEqual(
      [],
    );
  });
});

describe("the pages", () => {
  it("take connectors for cards, proxies and branding", () => {
    const config = read({
      SLUICE_CARDS: "sandbox, Acme",
      SLUICE_TRUSTED_PROXIES: "2",
      SLUICE_BRANDING: file("branding.json", '{"*":{"sender_name":"Acme"}}'),
    });
    expect([...config.cards]).toEqual(["sandbox", "acme"]);
    expect(config.trustedProxies).toBe(2);
    expect(config.branding({ tenantId: "a", merchantId: "b" })?.senderName).toBe("Acme");
  });

  it.each([
    ["SLUICE_CARDS", "a b"],
    ["SLUICE_CARDS", "a,,b"],
    ["SLUICE_TRUSTED_PROXIES", "-1"],
    ["SLUICE_TRUSTED_PROXIES", "many"],
    ["SLUICE_BRANDING", "/nowhere.json"],
    ["SLUICE_PUBLIC_LISTEN", "8081"],
  ])("do not take %s=%s", (name, value) => {
    expect(mistakes({ [name]: value })).toEqual([expect.stringMatching(new RegExp(`^  ${name} `))]);
  });
});
