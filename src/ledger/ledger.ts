import type {
  Attempt,
  Existing,
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
 * Where payouts are remembered. One interface of units of work; SQLite and PostgreSQL carry it out alike, and one
 * conformance suite holds both to it. Times are milliseconds since 1970, amounts are minor units, ids are UUIDv7 text.
 */
export interface Ledger {
  /**
   * Writes down that an operation is about to be sent, before anything is. One transaction. Durable when it returns.
   * At most one caller ever gets `opened` for an identity or key, and at most one attempt at a time is not DONE for a payout,
   * however many ask at once, in however many processes.
   *
   * Every method rejects text that PostgreSQL cannot store, on either engine: that with a NUL or half of a surrogate pair.
   */
  open(intent: Intent): Promise<Opened>;
  /** {@link Ledger.open} and {@link Ledger.complete} in one transaction, for operations that changed nothing elsewhere. */
  record(intent: Intent, outcome: Outcome): Promise<Opened>;
  /**
   * Writes down how an attempt ended, with the payout's new state and, where that changed the status, an event. One
   * transaction. Does nothing when the attempt was settled already, and returns the attempt as it then stands. An
   * attempt that ends UNKNOWN gives up its lease: it may be taken over at once.
   */
  complete(attemptId: string, outcome: Outcome, options: CompleteOptions): Promise<Attempt>;
  /**
   * Forgets an attempt that changed nothing anywhere, with its idempotency keys, and its payout if the payout has no other
   * attempt and is as it was made. Answers whether it did: an attempt that was settled, or taken over since, stays, for
   * then nobody can know that nothing was changed.
   */
  release(attemptId: string): Promise<boolean>;
  /**
   * Takes an unsettled attempt whose lease has run out, adding one to its tries. Undefined if another was quicker. The method is
   * that of what is sent now, where it is given.
   */
  takeOver(attemptId: string, lease: Lease, methodKind?: number): Promise<Attempt | undefined>;
  /** Extends the leases of attempts still being sent by this owner. */
  renew(lease: Lease): Promise<void>;
  /** Finds an earlier attempt of the same operation, by idempotency key (not expired) or by identity. */
  findAttempt(query: AttemptQuery): Promise<(Existing & { via: "key" | "dedupeKey" }) | undefined>;
  /**
   * Finds a payout of this merchant by one of its ids: the merchant's first, then ours, then the connector's, of which former
   * ones count too. Another id never leads to a payout whose merchant_payout_id is not the one given.
   */
  findPayout(scope: Scope, ids: PayoutIds): Promise<Payout | undefined>;
  /**
   * Writes down a status learnt from the provider, with an event where it changed. Ends never go back (`status.ts` has the
   * table); a change that comes too late is left out, but for amounts and a provider's id that were not known yet. Returns the
   * payout as it then stands. With `seenVersion`, nothing is written where the payout has changed since it was seen so: what
   * was learnt is older than what stands; and an end that nobody was paid by is not written while an attempt to pay or to
   * register is not DONE.
   */
  applyUpdate(payoutId: string, change: PayoutUpdate, seenVersion?: number): Promise<Payout>;
  /** Finds a link by the hash of its token, whoever's it is: to know the token is to be allowed. Undefined for a replaced one. */
  findLink(tokenHash: string): Promise<LinkRecord | undefined>;
  /** Finds a link of this merchant by its payout's id. */
  findLinkById(scope: Scope, payoutId: string): Promise<LinkRecord | undefined>;
  /** Writes down when the recipient first came. Does nothing when that is known. */
  markOpened(payoutId: string): Promise<void>;
  /**
   * Asks the recipient for other details after a payment failed: FAILED becomes REQUIRES_PAYOUT_METHOD_DATA, the link ACTIVE, and
   * `entry` one more, where the payout still has the version, has FAILED, has no attempt that is not DONE, and its link has
   * neither run out nor ended. Returns the payout as it then stands.
   */
  reopenLink(payoutId: string, seenVersion: number): Promise<Payout>;
  /**
   * Takes one of the tries at a link's claim code, before it is compared. After CODE_TRIES there is none until `lockedUntilMs`;
   * however many ask at once, no more are ever given.
   */
  takeCodeGuess(payoutId: string): Promise<{ readonly isAllowed: boolean; readonly lockedUntilMs: number }>;
  /** Gives the tries back, after the right code. */
  resetCodeGuesses(payoutId: string): Promise<void>;
  /** The sealed credentials of a link that has not ended. */
  findCredentials(payoutId: string): Promise<Uint8Array | undefined>;
  /** Gives a link a new token, so that the old URL leads nowhere. Undefined where the generation is not the next one any more. */
  replaceToken(scope: Scope, payoutId: string, token: NewToken): Promise<LinkRecord | undefined>;
  /**
   * Links of a merchant, newest first. Where few match, the search goes on with the next page: a page with `next` may be short,
   * and even empty.
   */
  listLinks(query: LinkQuery): Promise<LinkList>;
  /** The tries to pay a payout (create and transfer), oldest first. */
  listPaymentAttempts(scope: Scope, payoutId: string): Promise<readonly PaymentAttempt[]>;
  /** Whether the store answers, for readiness. Rejects if not. */
  ping(): Promise<void>;
  /** Finishes what was begun, and lets go of the store. */
  close(): Promise<void>;
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

/** What {@link Ledger.open} found. */
export type Opened =
  | ({ readonly kind: "opened" } & Existing)
  /** The operation was begun before, under the same idempotency key or the same identity. */
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

/** How {@link Ledger.complete} writes. */
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
