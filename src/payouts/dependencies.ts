import type { Connector } from "../connector/contract.ts";
import type { HttpClient } from "../connector/http/client.ts";
import type { Registry } from "../connector/registry.ts";
import type { Patience } from "../core/patience.ts";
import type { Lease } from "../core/payout.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Keys } from "../security/keys.ts";
import type { Log } from "../telemetry/log.ts";

/** What operations depend on, for the life of a process. */
export interface ServerDependencies {
  readonly registry: Registry;
  readonly ledger: Ledger;
  /** The HTTP client of a connector; one for the life of the process. */
  client(connector: Connector): HttpClient<unknown>;
  readonly log: Log;
  readonly keys: Keys;
  /** What links begin with, without a trailing slash. */
  publicUrl(): string;
  /** Milliseconds since 1970. */
  now(): number;
  /** Names this process in leases. */
  readonly owner: string;
  readonly patience: Patience;
}

/** What one operation depends on. */
export interface Dependencies extends ServerDependencies {
  readonly leases: LeaseHolder;
}

/** The leases of what one call sends. */
export interface LeaseHolder {
  /** A lease that begins now. */
  begin(): Lease;
  /** Writes down a lease that begins when its turn comes. */
  inTurn<T>(write: (lease: Lease) => Promise<T>): Promise<T>;
  /**
   * Watches over a lease that has just been written down. What it returns says whether nobody else can be at work on the attempt:
   * a process that was stopped for longer than a lease lasts learns so from nobody else.
   */
  watch(lease: Lease): () => boolean;
  /** Lets the call's attempts be taken over once their leases have run out: how they ended could not be written down. */
  abandon(): void;
}

/** Runs something that changes payouts, and keeps the leases of what it sends. */
export type Run = <T>(work: (deps: Dependencies) => Promise<T>) => Promise<T>;
