import type { CryptoKey, JWTPayload, JWTVerifyGetKey, RemoteJWKSet } from "jose";
import { Failure } from "../core/failure.ts";
import type { Log } from "../telemetry/log.ts";
import type { Caller } from "./caller.ts";

/** Whose tokens are taken. */
export interface TokenIssuer {
  /** Where its public keys are. */
  readonly jwksUrl: URL;
  /** The `iss` claim. */
  readonly issuer: string;
  /** The `aud` claim, or one of them. */
  readonly audience: string;
}

/** What {@link createTokens} is told besides. */
export interface TokenOptions {
  readonly log: Log;
  /** How soon after keys were fetched a token with an unknown key makes them be fetched again, in milliseconds. 5 s if absent. */
  readonly cooldownMs?: number;
}

/**
 * Finds out whose a token is. Undefined for one that does not count, whyever.
 *
 * @throws Failure CALLER_CHECK_UNAVAILABLE where the issuer's keys cannot be had.
 */
export type ReadToken = (token: string) => Promise<Caller | undefined>;

/** Signatures that only the issuer can make: never `none`, never one whose key is the public one. */
const algorithms = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
];

/** How far the issuer's clock may be off, in seconds. */
const CLOCK_TOLERANCE_SECONDS = 10;

/** How old known keys get before they are fetched anew, while calls go on with them. */
const RENEW_AFTER_MS = 10 * 60_000;

/** How soon a renewal that failed is tried again. */
const RENEW_AGAIN_AFTER_MS = 60_000;

/** How long keys count while their issuer does not answer. */
const KEYS_COUNT_FOR_MS = 60 * 60_000;

const FETCH_TIMEOUT_MS = 5000;

/** Makes what reads the tokens of an issuer: JWTs that it has signed, for this server, and that run out. */
export async function createTokens(issuer: TokenIssuer, options: TokenOptions): Promise<ReadToken> {
  // Takes longer to load than anything else at the start, and most servers have no need of it.
  const { createRemoteJWKSet, errors, jwtVerify } = await import("jose");
  const { log, cooldownMs = 5000 } = options;
  const keys = createRemoteJWKSet(issuer.jwksUrl, {
    cooldownDuration: cooldownMs,
    cacheMaxAge: KEYS_COUNT_FOR_MS,
    timeoutDuration: FETCH_TIMEOUT_MS,
  });
  const renew = renewal(keys, log);

  const keyOf: JWTVerifyGetKey<CryptoKey> = async (header, token) => {
    renew();
    try {
      return await keys(header, token);
    } catch (error) {
      const isOfToken =
        error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys;
      if (isOfToken) throw error;
      log.warn({ error }, "the keys of the token issuer cannot be had");
      throw checkUnavailable();
    }
  };

  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keyOf, {
        algorithms,
        issuer: issuer.issuer,
        audience: issuer.audience,
        requiredClaims: ["exp"],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
      });
      return callerOf(payload);
    } catch (error) {
      if (error instanceof Failure) throw error;
      return undefined;
    }
  };
}

/** Fetches keys anew from time to time, without letting anybody wait for it. */
function renewal(keys: RemoteJWKSet, log: Log): () => void {
  let dueAtMs = Date.now() + RENEW_AFTER_MS;
  return () => {
    if (Date.now() < dueAtMs) return;
    dueAtMs = Date.now() + RENEW_AGAIN_AFTER_MS;
    keys.reload().then(
      () => {
        dueAtMs = Date.now() + RENEW_AFTER_MS;
      },
      (error) => log.warn({ error }, "the keys of the token issuer cannot be renewed"),
    );
  };
}

function callerOf({ sub, tenant_id: tenantId, merchant_id: merchantId }: JWTPayload): Caller {
  return { name: `token of ${(sub ?? "nobody").slice(0, 128)}`, tenantId, merchantId };
}

function checkUnavailable(): Failure {
  return new Failure(
    "CALLER_CHECK_UNAVAILABLE",
    "Tokens cannot be checked at the moment, since the keys of their issuer cannot be had. Nothing was begun: repeat the call later.",
    { retryAfterMs: 5000 },
  );
}
