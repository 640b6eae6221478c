import type { Connector } from "../connector/contract.ts";
import type { HttpClient } from "../connector/http/client.ts";
import type { Registry } from "../connector/registry.ts";
import type { Patience } from "../core/patience.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Log } from "../telemetry/log.ts";
import type { LeaseHolder } from "./execute/leases.ts";
import type { LinkMaker } from "./links/sealed-link.ts";

/** What the call path is made of. */
export interface ServerParts extends LinkMaker {
  readonly registry: Registry;
  readonly ledger: Ledger;
  /** The HTTP client of a connector; one for the life of the process. */
  client(connector: Connector): HttpClient<unknown>;
  readonly log: Log;
  /** Names this process in leases. */
  readonly owner: string;
  readonly patience: Patience;
}

/** Runs something that changes payouts, and keeps the leases of what it sends. */
export type Run = <T>(work: (parts: Parts) => Promise<T>) => Promise<T>;

/** What one call works with. */
export interface Parts extends ServerParts {
  readonly leases: LeaseHolder;
}
