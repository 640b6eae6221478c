import type { Metadata } from "../core/call.ts";

/** An authenticated caller, or an anonymous one. */
export interface Caller {
  /** For the log, such as `key 1a2b3c4d`; never a secret. Undefined for an anonymous caller. */
  readonly name: string | undefined;
  /** The tenant that the caller may act for, as its identity says; {@link ANY} is any. A value that is not such a text allows none. */
  readonly tenantId: unknown;
  /** The merchant that the caller may act for, in the same way. */
  readonly merchantId: unknown;
}

/** Stands for any tenant or any merchant in an identity. */
export const ANY = "*";

/** The other end of a connection. */
export interface Peer {
  /** The client certificate, if a trusted authority has signed it. */
  readonly certificate: PeerCertificate | undefined;
}

/** The subject of a client certificate. Each name may be absent, or a list. */
export interface PeerCertificate {
  readonly commonName: unknown;
  readonly organization: unknown;
  readonly unit: unknown;
}

/**
 * Authenticates the caller of a call.
 *
 * @throws Failure UNAUTHENTICATED_CALLER, which says what to send, and never why the credential was refused; CALLER_CHECK_UNAVAILABLE.
 */
export type Authenticate = (metadata: Metadata, peer: Peer) => Caller | Promise<Caller>;
