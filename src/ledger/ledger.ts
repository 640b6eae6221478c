import type {
  Attempt,
  Existing,
  Initiator,
  Lease,
  LinkRecord,
  NewPayout,
  NewToken,
  PaymentAttempt,
  Payout,
  Scope,
} from "../core/payout.ts";
import type { LinkState, StoredLinkState } from "../core/status.ts";

/**
 * Where payouts are remembered. Each method is one transaction; SQLite and PostgreSQL run it alike, and one conformance suite
 * holds both to it. Times are milliseconds since 1970, amounts are minor units, ids are UUIDv7 text. Every method rejects text
 * that PostgreSQL cannot store, on either engine: that with a NUL or half of a surrogate pair.
 */
export interface Ledger extends AttemptStore, PayoutStore, LinkStore {
  /** Whether the store answers, for readiness. Rejects if not. */
  ping(): Promise<void>;
  /** Finishes what was begun, and lets go of the store. */
  close(): Promise<void>;
}

/** Attempts: at most one is ever opened for a dedupe key, and at most one at a time is not DONE for a payout. */
export interface AttemptStore {
  /**
   * Writes down that an operation is about to be sent, before anything is. Durable when it returns. At most one caller ever gets
   * `opened` for a dedupe key or idempotency key, however many call at once, in however many processes.
   */
  open(intent: Intent): Promise<Opened>;
  /** {@link AttemptStore.open} and {@link AttemptStore.complete} in one transaction, for operations that changed nothing elsewhere. */
  record(intent: Intent, outcome: Outcome): Promise<Opened>;
  /**
   * Writes down how an attempt ended, with the payout's new state and, where that changed the status, an event. Does nothing
   * when the attempt was completed already, and returns the attempt as it then stands. An attempt that ends UNKNOWN gives up
   * its lease: it may be taken over at once.
   */
  complete(attemptId: string, outcome: Outcome, options: CompleteOptions): Promise<Attempt>;
  /**
   * Forgets an attempt that changed nothing anywhere, with its idempotency keys, and its payout if the payout has no other
   * attempt and is as it was made. Returns whether it did: an attempt that was completed, or taken over since, stays, for
   * it may have changed something.
   */
  release(attemptId: string): Promise<boolean>;
  /**
   * Takes an open attempt whose lease has run out, adding one to its send count. Undefined if another call was quicker. The
   * method is that of what is sent now, where it is given.
   */
  takeOver(attemptId: string, lease: Lease, methodKind?: number): Promise<Attempt | undefined>;
  /** Extends the leases of attempts still being sent by this owner. */
  renew(lease: Lease): Promise<void>;
  /** Finds an earlier attempt of the same operation, by idempotency key (not expired) or by dedupe key. */
  findAttempt(query: AttemptQuery): Promise<(Existing & { via: "key" | "dedupeKey" }) | undefined>;
  /** The payment attempts of a payout, oldest first. */
  listPaymentAttempts(scope: Scope, payoutId: string): Promise<readonly PaymentAttempt[]>;
}

/** Payouts, and what is learnt of them. */
export interface PayoutStore {
  /**
   * Finds a payout of this merchant by one of its ids: the merchant's first, then ours, then the connector's, of which former
   * ones count too. Another id never leads to a payout whose merchant_payout_id is not the one given.
   */
  findPayout(scope: Scope, ids: PayoutIds): Promise<Payout | undefined>;
  /**
   * Writes down a status learnt from the provider, with an event where it changed. Ends never go back (`core/status.ts` has the
   * table); a change that comes too late is left out, but for amounts and a provider's id that were not known yet. Returns the
   * payout as it then stands. With `seenVersion`, nothing is written where the payout has changed since it was seen so: the
   * update is older than what stands; and an end without a payment is not written while an attempt to pay or to register is
   * open.
   */
  applyUpdate(payoutId: string, change: PayoutUpdate, seenVersion?: number): Promise<Payout>;
}

/** Links, and what recipients do with them. */
export interface LinkStore {
  /** Finds a link by the hash of its token, of any merchant: to know the token is to be allowed. Undefined for a replaced one. */
  findLink(tokenHash: string): Promise<LinkRecord | undefined>;
  /** Finds a link of this merchant by its payout's id. */
  findLinkById(scope: Scope, payoutId: string): Promise<LinkRecord | undefined>;
  /**
   * Links of a merchant, newest first. Where few match, the search goes on with the next page: a page with `next` may be short,
   * and even empty.
   */
  listLinks(query: LinkQuery): Promise<LinkList>;
  /** The sealed credentials of a link that has not ended. */
  findCredentials(payoutId: string): Promise<Uint8Array | undefined>;
  /** Writes down when the recipient first came. Does nothing when that is known. */
  markOpened(payoutId: string): Promise<void>;
  /**
   * Begins a new claim round after a payment failed: FAILED becomes REQUIRES_PAYOUT_METHOD_DATA, the link ACTIVE, and
   * `claimRound` one more, where the payout still has the version, has FAILED, has no open attempt, and its link has neither
   * run out nor ended. Returns the payout as it then stands.
   */
  reopenLink(payoutId: string, seenVersion: number): Promise<Payout>;
  /** Gives a link a new token, so that the old URL leads nowhere. Undefined where the generation is not the next one any more. */
  replaceToken(scope: Scope, payoutId: string, token: NewToken): Promise<LinkRecord | undefined>;
  /**
   * Takes one of the guesses at a link's claim code, before it is compared. After CODE_GUESSES there is none until
   * `lockedUntilMs`; however many come at once, no more are ever given.
   */
  takeCodeGuess(payoutId: string): Promise<{ readonly isAllowed: boolean; readonly lockedUntilMs: number }>;
  /** Gives the guesses back, after the right code. */
  resetCodeGuesses(payoutId: string): Promise<void>;
}

/** An operation about to be sent. */
export interface Intent {
  readonly scope: Scope;
  readonly attemptId: string;
  /** `createLink`, `transfer`, … */
  readonly operation: string;
  /** What makes the operation the same one: unique for ever per merchant and operation. */
  readonly dedupeKey: string;
  /** The caller's `idempotency-key`, and until when it is kept. */
  readonly idempotencyKey?: { readonly key: string; readonly expiresAtMs: number };
  readonly requestHash: string;
  /** HMAC of each top-level field of the request, to name those that differ. */
  readonly fieldHashes: Readonly<Record<string, string>>;
  readonly initiator: Initiator;
  /** A payout that is made for it has this as `createdAtMs`. */
  readonly startedAtMs: number;
  readonly lease: Lease;
  /** The payout the attempt belongs to: one as the caller read it, a new one, or none (quotes). */
  readonly payout:
    | { readonly id: string; readonly version: number }
    | { readonly create: NewPayout }
    | undefined;
  /** Set for what a recipient's claim sends: nothing is opened once the link has run out, by the time of the writing. */
  readonly beforeLinkEnds?: boolean;
  /** Number of sluice.v1.PayoutMethodKind, where it is known how the recipient is paid. */
  readonly methodKind?: number;
}

/** What {@link AttemptStore.open} found. */
export type Opened =
  | ({ readonly kind: "opened" } & Existing)
  /** The operation was begun before, under the same idempotency key or the same dedupe key. */
  | ({ readonly kind: "existing"; readonly via: "key" | "dedupeKey" } & Existing)
  /**
   * The payout is not what the caller looked at: there is one of that merchant_payout_id already, or its version has moved on,
   * or it is gone. Nothing is written.
   */
  | { readonly kind: "changed" }
  /**
   * The payout has another attempt that is not DONE: nothing else may begin until it is, or two operations at once could both
   * pay. Nothing is written.
   */
  | { readonly kind: "busy"; readonly attempt: Attempt };

/** How {@link AttemptStore.complete} writes. */
export interface CompleteOptions {
  /**
   * Whether the outcome must survive a loss of power once the call returns. False only where the attempt can be sent again
   * under the provider's idempotency key, which finds it out anew.
   */
  readonly durable: boolean;
  /** Which try this is the outcome of. Where another has taken the attempt over since, nothing is written. */
  readonly sendCount?: number;
}

/** How an attempt ended. */
export type Outcome =
  | { readonly state: "DONE"; readonly reply: Uint8Array; readonly change?: PayoutUpdate }
  | { readonly state: "UNKNOWN"; readonly change?: PayoutUpdate };

/** New facts of a payout. What is absent stays. */
export interface PayoutUpdate {
  readonly status?: number;
  /** The one it replaces still finds the payout. */
  readonly connectorPayoutId?: string;
  readonly linkState?: StoredLinkState;
  /** What the provider now says of a link whose page is its own: see {@link Link.hosted}. */
  readonly linkHosted?: Uint8Array;
  /** When the provider's page ends, where the payout has a link. */
  readonly linkExpiresAtMs?: number;
  /** Counts where the payout has none yet, as do the currencies: the first operation that names them fixes them. */
  readonly amountMinor?: bigint;
  readonly currency?: string;
  readonly destinationCurrency?: string;
  /** Our reason, with a status that says that the payment failed or came back: kept with the last try to pay. */
  readonly reason?: string;
}

/** How to find an earlier attempt. */
export interface AttemptQuery {
  readonly scope: Scope;
  readonly operation: string;
  readonly idempotencyKey: string | undefined;
  readonly dedupeKey: string | undefined;
}

/** Ids of a payout; at least one is set. */
export interface PayoutIds {
  /** Ours. */
  readonly id?: string | undefined;
  readonly merchantPayoutId?: string | undefined;
  /** With its connector, since providers' ids may collide. */
  readonly connectorPayoutId?: string | undefined;
  readonly connector?: string | undefined;
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
