import type { CryptoKey, JWTPayload, JWTVerifyGetKey, RemoteJWKSet } from "jose";
import { Failure } from "../core/failure.ts";
import type { Log } from "../telemetry/log.ts";
import type { Caller } from "./caller.ts";

/** The issuer of callers' tokens. */
export interface TokenIssuer {
  /** URL of its public keys. */
  readonly jwksUrl: URL;
  /** The `iss` claim. */
  readonly issuer: string;
  /** The `aud` claim, or one of them. */
  readonly audience: string;
}

/** Options of {@link createTokenVerifier}. */
export interface TokenOptions {
  readonly log: Log;
  /** Least time between two fetches that tokens with an unknown key cause, in milliseconds. 5 s if absent. */
  readonly cooldownMs?: number;
}

/**
 * Verifies a token and returns its caller; undefined for an invalid one, without the reason.
 *
 * @throws Failure CALLER_CHECK_UNAVAILABLE where the issuer's keys cannot be fetched.
 */
export type VerifyToken = (token: string) => Promise<Caller | undefined>;

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

/** Age at which keys are refreshed in the background, while calls go on with them. */
const RENEW_AFTER_MS = 10 * 60_000;

/** Pause after a refresh that failed. */
const RENEW_AGAIN_AFTER_MS = 60_000;

/** How long keys stay valid while their issuer does not answer. */
const KEYS_COUNT_FOR_MS = 60 * 60_000;

const FETCH_TIMEOUT_MS = 5000;

/** Makes the verifier of an issuer's tokens: JWTs with its signature, this server's audience and an expiry. */
export async function createTokenVerifier(issuer: TokenIssuer, options: TokenOptions): Promise<VerifyToken> {
  // Loaded on demand: it is the slowest module at start-up, and most servers do not use tokens.
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
      log.warn({ error }, "failed to fetch the token issuer's keys");
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

/** Refreshes keys from time to time, in the background. */
function renewal(keys: RemoteJWKSet, log: Log): () => void {
  let dueAtMs = Date.now() + RENEW_AFTER_MS;
  return () => {
    if (Date.now() < dueAtMs) return;
    dueAtMs = Date.now() + RENEW_AGAIN_AFTER_MS;
    keys.reload().then(
      () => {
        dueAtMs = Date.now() + RENEW_AFTER_MS;
      },
      (error) => log.warn({ error }, "failed to refresh the token issuer's keys"),
    );
  };
}

function callerOf({ sub, tenant_id: tenantId, merchant_id: merchantId }: JWTPayload): Caller {
  return { name: `token of ${(sub ?? "no subject").slice(0, 128)}`, tenantId, merchantId };
}

function checkUnavailable(): Failure {
  return new Failure(
    "CALLER_CHECK_UNAVAILABLE",
    "Tokens cannot be checked at the moment, since the keys of their issuer cannot be fetched. Nothing was begun: repeat the call later.",
    { retryAfterMs: 5000 },
  );
}
