import type { Attempt, Payout, Scope } from "./ledger.ts";

/** A link to write down. The token itself is never stored: it is derived again from key id, payout id and generation. */
export interface NewLink {
  readonly tokenHash: string;
  readonly keyId: string;
  readonly generation: number;
  readonly expiresAtMs: number;
  /** Serialised sluice.v1.LinkOptions, sealed by the caller; empty where there are none. */
  readonly options: Uint8Array;
}

/** What is written with a new link, and never read with it. */
export interface LinkSecrets {
  /** The caller's credentials, sealed: erased when the link ends. */
  readonly credentials: Uint8Array;
  /** Names in the caller's metadata, to find links by. */
  readonly metadataKeys: readonly string[];
}

/** A token to put in the place of a link's. */
export type NewToken = Pick<NewLink, "tokenHash" | "keyId" | "generation">;

/** A link as it stands. */
export interface Link extends NewLink {
  readonly state: LinkState;
  /** How often the recipient has been asked for details: 1, and one more after each payment that failed and was tried anew. */
  readonly entry: number;
  readonly openedAtMs: number | undefined;
  /** When details were last given, or the payment last begun. */
  readonly claimedAtMs: number | undefined;
  readonly completedAtMs: number | undefined;
  /**
   * What the provider says of a link whose page is its own: serialised sluice.v1.PayoutLink, sealed by the caller. Such a link
   * runs out when the provider says so, and not by our clock.
   */
  readonly hosted: Uint8Array | undefined;
}

/** A payout that has a link, with what its pages and its caller are told of it. */
export interface LinkRecord {
  readonly payout: Payout & { readonly link: Link };
  /** How many times payment was tried. */
  readonly payments: number;
  /** An operation on it that is under way, or whose outcome nobody knows. */
  readonly unsettled: Attempt | undefined;
}

/** Which links to list. Every condition that is set must hold. */
export interface LinkQuery {
  readonly scope: Scope;
  /** As they are now: an ACTIVE link whose time is over counts as EXPIRED. Empty: any. */
  readonly states: readonly LinkState[];
  readonly connector: string | undefined;
  readonly merchantPayoutIdPrefix: string | undefined;
  readonly createdFromMs: number | undefined;
  readonly createdBeforeMs: number | undefined;
  readonly metadataKey: string | undefined;
  /** Only links older than this one: the last of the page before. */
  readonly after: LinkPosition | undefined;
  readonly limit: number;
}

/** A link's place in the order of a list. */
export interface LinkPosition {
  readonly createdAtMs: number;
  readonly payoutId: string;
}

/** A page of links. */
export interface LinkList {
  readonly links: readonly LinkRecord[];
  /** Where to go on; undefined where there are no more. */
  readonly next: LinkPosition | undefined;
}

/** Where a link stands. */
export type LinkState = "ACTIVE" | "CLAIMED" | "COMPLETED" | "EXPIRED" | "CANCELLED";
