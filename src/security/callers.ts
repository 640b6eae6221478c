import type { Metadata } from "../core/call.ts";
import { Failure } from "../core/failure.ts";
import type { Log } from "../telemetry/log.ts";
import { type ApiKey, findCaller } from "./api-keys.ts";
import { ANY, type Authenticate, type Caller, type PeerCertificate } from "./caller.ts";
import { createTokens, type ReadToken, type TokenIssuer } from "./tokens.ts";

/** How callers can say who they are. Any one of what is set suffices. */
export interface CallerMeans {
  readonly apiKeys: readonly ApiKey[];
  readonly tokenIssuer: TokenIssuer | undefined;
  /** Whether a certificate that the TLS side has verified counts. */
  readonly certificates: boolean;
}

const anybody: Caller = { name: undefined, tenantId: ANY, merchantId: ANY };

/** Asks nobody who they are: everybody may act for anybody. */
export const everybody: Authenticate = () => anybody;

/** Whether callers have to say who they are. */
export function asksCallers({ apiKeys, tokenIssuer, certificates }: CallerMeans): boolean {
  return apiKeys.length > 0 || tokenIssuer !== undefined || certificates;
}

/**
 * Makes what finds out who calls: {@link everybody} where nothing is set. An `authorization` header that is sent counts alone:
 * one that is wrong is refused, whatever certificate comes with it.
 */
export async function createCallers(means: CallerMeans, log: Log): Promise<Authenticate> {
  if (!asksCallers(means)) return everybody;
  const { apiKeys, tokenIssuer, certificates } = means;
  const readToken = tokenIssuer && (await createTokens(tokenIssuer, { log }));
  const takesBearer = apiKeys.length > 0 || readToken !== undefined;
  const hint = hintOf(means);

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
    const caller = findCaller(apiKeys, token);
    if (caller) return caller;
    if (!readToken) throw unauthenticated(hint);
    return callerOfToken(readToken, token, hint);
  }
}

const bearer = /^Bearer +([\x21-\x7e]+) *$/i;

async function callerOfToken(readToken: ReadToken, token: string, hint: string): Promise<Caller> {
  const caller = await readToken(token);
  if (!caller) throw unauthenticated(hint);
  return caller;
}

/** The organisation of a certificate is the tenant and its unit the merchant; one that is left out is any. */
function callerOfCertificate({ commonName, organization, unit }: PeerCertificate): Caller {
  const subject = [commonName, organization, unit].flat().filter((name) => name !== undefined);
  return {
    name: `certificate of ${subject.join(", ").slice(0, 128)}`,
    tenantId: organization ?? ANY,
    merchantId: unit ?? ANY,
  };
}

function hintOf({ apiKeys, tokenIssuer, certificates }: CallerMeans): string {
  const ways = [
    apiKeys.length > 0 && "an API key as authorization: Bearer <key>",
    tokenIssuer && "a valid token as authorization: Bearer <token>",
    certificates && "a client certificate in TLS",
  ].filter(Boolean);
  return `This server has to know who calls. Send ${ways.join(", or ")}.`;
}

function unauthenticated(hint: string): Failure {
  return new Failure("UNAUTHENTICATED_CALLER", hint, { field: "authorization" });
}
