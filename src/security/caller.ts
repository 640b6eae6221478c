import type { Metadata } from "../core/call.ts";

/** Who calls, as far as that was proved. */
export interface Caller {
  /** For the log, such as `key 1a2b3c4d`; never a secret. Undefined where nobody is asked who they are. */
  readonly name: string | undefined;
  /** The tenant that the caller may act for, as its identity says; {@link ANY} is any. What is no such text allows nothing. */
  readonly tenantId: unknown;
  /** The merchant that the caller may act for, in the same way. */
  readonly merchantId: unknown;
}

/** Stands for any tenant or any merchant in an identity. */
export const ANY = "*";

/** What a connection proves of who is at its other end. */
export interface Peer {
  /** The certificate that was shown, where a trusted authority has signed it. */
  readonly certificate: PeerCertificate | undefined;
}

/** Whom a certificate is about. Names may be absent, and may be there several times. */
export interface PeerCertificate {
  readonly commonName: unknown;
  readonly organization: unknown;
  readonly unit: unknown;
}

/**
 * Finds out who calls.
 *
 * @throws Failure UNAUTHENTICATED_CALLER, which says what to send, and never what was wrong; CALLER_CHECK_UNAVAILABLE.
 */
export type Authenticate = (metadata: Metadata, peer: Peer) => Caller | Promise<Caller>;
