import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from "jose";

/** Issues tokens as an identity provider does, with its keys on a port of this machine. */
export interface TestIssuer {
  /** Where the keys are. */
  readonly jwksUrl: URL;
  readonly issuer: string;
  readonly audience: string;
  /** The current public key. */
  publicKey(): JWK;
  /** A token that counts for ten minutes, with these claims besides or instead. One that is undefined is left out. */
  sign(claims?: Readonly<Record<string, unknown>>): Promise<string>;
  /** Signs with a new key from now on, and publishes no other. */
  rotate(): Promise<void>;
  /** How often the keys were asked for. */
  asked(): number;
  /** From now on the keys are answered so; undefined: as they are. */
  answer(reply: { readonly status: number; readonly body: string } | undefined): void;
  close(): Promise<void>;
}

/** Starts an issuer of ES256 tokens. */
export async function startTestIssuer(): Promise<TestIssuer> {
  let current = await newKey(1);
  let keys = 1;
  let asked = 0;
  let special: { readonly status: number; readonly body: string } | undefined;
  const server = createServer((_request, response) => {
    asked += 1;
    const { status, body } = special ?? { status: 200, body: JSON.stringify({ keys: [current.publicJwk] }) };
    response.writeHead(status, { "content-type": "application/json", connection: "close" }).end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const issuer = "https://issuer.example.com";
  const audience = "sluice-test";
  return {
    jwksUrl: new URL(`http://127.0.0.1:${port}/keys`),
    issuer,
    audience,
    publicKey: () => current.publicJwk,
    sign: (claims = {}) => {
      const now = Math.floor(Date.now() / 1000);
      const all = { iss: issuer, aud: audience, sub: "tester", iat: now, exp: now + 600, ...claims };
      const payload = JSON.parse(JSON.stringify(all)) as JWTPayload;
      const header = { alg: "ES256", kid: current.publicJwk.kid as string };
      return new SignJWT(payload).setProtectedHeader(header).sign(current.privateKey);
    },
    rotate: async () => {
      keys += 1;
      current = await newKey(keys);
    },
    asked: () => asked,
    answer: (reply) => {
      special = reply;
    },
    close: async () => {
      server.close();
      await once(server, "close");
    },
  };
}

async function newKey(number: number): Promise<{ privateKey: CryptoKey; publicJwk: JWK }> {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  return { privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid: `key-${number}`, use: "sig" } };
}
