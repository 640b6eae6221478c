import type { Metadata } from "../core/call.ts";
import { Failure } from "../core/failure.ts";
import type { Log } from "../telemetry/log.ts";
import { type ApiKey, callerOfKey } from "./api-keys.ts";
import { ANY, type Authenticate, type Caller, type PeerCertificate } from "./caller.ts";
import { createTokenVerifier, type TokenIssuer, type VerifyToken } from "./tokens.ts";

/** How callers can authenticate. One of the methods that are configured suffices. */
export interface AuthenticationMethods {
  readonly apiKeys: readonly ApiKey[];
  readonly tokenIssuer: TokenIssuer | undefined;
  /** Whether a certificate that the TLS side has verified counts. */
  readonly certificates: boolean;
}

const anonymous: Caller = { name: undefined, tenantId: ANY, merchantId: ANY };

/** Accepts every caller as anonymous, for any tenant and merchant. */
export const allowAnonymous: Authenticate = () => anonymous;

/** Whether callers must authenticate. */
export function requiresAuthentication({
  apiKeys,
  tokenIssuer,
  certificates,
}: AuthenticationMethods): boolean {
  return apiKeys.length > 0 || tokenIssuer !== undefined || certificates;
}

/**
 * Makes the authentication of callers: {@link allowAnonymous} where no method is configured. A wrong `authorization` header is
 * refused even if a valid certificate comes with it.
 *
 * @example
 * const authenticate = await createAuthentication({ apiKeys, tokenIssuer: undefined, certificates: false }, log);
 * const { tenantId } = await authenticate(call.metadata, call.peer);
 */
export async function createAuthentication(methods: AuthenticationMethods, log: Log): Promise<Authenticate> {
  if (!requiresAuthentication(methods)) return allowAnonymous;
  const { apiKeys, tokenIssuer, certificates } = methods;
  const verifyToken = tokenIssuer && (await createTokenVerifier(tokenIssuer, { log }));
  const takesBearer = apiKeys.length > 0 || verifyToken !== undefined;
  const hint = hintOf(methods);

  return (metadata, peer) => {
    const sent = takesBearer ? metadata.all("authorization") : [];
    if (sent.length > 0) return callerOfBearer(sent);
    const certificate = certificates ? peer.certificate : undefined;
    if (!certificate) throw unauthenticated(hint);
    return callerOfCertificate(certificate);
  };

  function callerOfBearer(sent: ReturnType<Metadata["all"]>): Caller | Promise<Caller> {
    const token = sent.length === 1 ? bearer.exec(sent[0] as string)?.[1] : undefined;
    if (token === undefined) throw unauthenticated(hint);
    const caller = callerOfKey(apiKeys, token);
    if (caller) return caller;
    if (!verifyToken) throw unauthenticated(hint);
    return callerOfToken(verifyToken, token, hint);
  }
}

const bearer = /^Bearer +([\x21-\x7e]+) *$/i;

async function callerOfToken(verifyToken: VerifyToken, token: string, hint: string): Promise<Caller> {
  const caller = await verifyToken(token);
  if (!caller) throw unauthenticated(hint);
  return caller;
}

/** A certificate's organisation is the tenant and its unit the merchant; an absent one allows any. */
function callerOfCertificate({ commonName, organization, unit }: PeerCertificate): Caller {
  const subject = [commonName, organization, unit].flat().filter((name) => name !== undefined);
  return {
    name: `certificate of ${subject.join(", ").slice(0, 128)}`,
    tenantId: organization ?? ANY,
    merchantId: unit ?? ANY,
  };
}

function hintOf({ apiKeys, tokenIssuer, certificates }: AuthenticationMethods): string {
  const accepted = [
    apiKeys.length > 0 && "an API key as authorization: Bearer <key>",
    tokenIssuer && "a valid token as authorization: Bearer <token>",
    certificates && "a client certificate in TLS",
  ].filter(Boolean);
  return `This server authenticates its callers. Send ${accepted.join(", or ")}.`;
}

function unauthenticated(hint: string): Failure {
  return new Failure("UNAUTHENTICATED_CALLER", hint, { field: "authorization" });
}
