import type { StoredLinkState } from "./status.ts";

/** Whose data. Every query is scoped by it. */
export interface Scope {
  readonly tenantId: string;
  readonly merchantId: string;
}

/** A payout as it stands. */
export interface Payout extends Omit<NewPayout, "link"> {
  readonly scope: Scope;
  readonly link: Link | undefined;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  /** Counts changes, for compare-and-set. */
  readonly version: number;
}

/** A payout to write down. */
export interface NewPayout {
  readonly id: string;
  readonly merchantPayoutId: string | undefined;
  readonly connector: string;
  readonly connectorPayoutId: string | undefined;
  /** Number of types.PayoutEnums.PayoutStatus. One that is not UNSPECIFIED (0) is a change, and writes an event. */
  readonly status: number;
  /** Absent for operations that name no amount. */
  readonly amountMinor: bigint | undefined;
  readonly currency: string | undefined;
  readonly destinationCurrency: string | undefined;
  readonly link: (NewLink & LinkSecrets) | undefined;
}

/** Who began an operation: a caller, the recipient by claiming a link, or this server because the details are in. */
export type Initiator = "caller" | "recipient" | "automatic";

/** A try at an operation. */
export interface Attempt {
  readonly id: string;
  readonly payoutId: string | undefined;
  readonly operation: string;
  readonly dedupeKey: string;
  readonly requestHash: string;
  readonly fieldHashes: Readonly<Record<string, string>>;
  readonly initiator: Initiator;
  /** SENDING: leased and under way, or its process died. UNKNOWN: sent, and nobody knows. DONE: `reply` is the answer. */
  readonly state: "SENDING" | "UNKNOWN" | "DONE";
  readonly sendCount: number;
  readonly startedAtMs: number;
  readonly lease: Lease;
  /** Serialised reply message; set when DONE. */
  readonly reply: Uint8Array | undefined;
}

/** A try to pay a payout, as it stands. */
export interface PaymentAttempt {
  readonly attempt: Attempt;
  /** Number of sluice.v1.PayoutMethodKind. */
  readonly methodKind: number | undefined;
  /** Number of types.PayoutEnums.PayoutStatus that it has led to; undefined while nobody knows. */
  readonly payoutStatus: number | undefined;
  /** Our reason, where it failed. */
  readonly reason: string | undefined;
  readonly connectorPayoutId: string | undefined;
  readonly updatedAtMs: number;
}

/** An attempt, with its payout where it has one. */
export interface Existing {
  readonly attempt: Attempt;
  readonly payout: Payout | undefined;
}

/** Who is sending, and until when nobody else may. */
export interface Lease {
  readonly owner: string;
  readonly untilMs: number;
}

/** A link as it stands. */
export interface Link extends NewLink {
  readonly state: StoredLinkState;
  /** How often the recipient has been asked for details: 1, and one more after each payment that failed and was tried anew. */
  readonly claimRound: number;
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

/** A payout that has a link, with what its pages and its caller are told of it. */
export interface LinkRecord {
  readonly payout: Payout & { readonly link: Link };
  /** How many times payment was tried. */
  readonly paymentAttempts: number;
  /** An operation on it that is under way, or whose outcome nobody knows. */
  readonly openAttempt: Attempt | undefined;
}
