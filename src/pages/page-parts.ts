import type { Context } from "hono";
import type { Connector } from "../connector/contract.ts";
import type { Registry } from "../connector/registry.ts";
import type { Scope } from "../core/payout.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { LinkOperations } from "../payouts/links/link-operations.ts";
import type { Keys } from "../security/keys.ts";
import type { Log } from "../telemetry/log.ts";
import type { PageLimits } from "../web/limits.ts";
import type { BrandFacts } from "./views/brand.ts";

/** What the pages are made of. */
export interface PageParts {
  readonly ledger: Pick<
    Ledger,
    "findLink" | "listPaymentAttempts" | "markOpened" | "takeCodeGuess" | "resetCodeGuesses"
  >;
  readonly links: Pick<LinkOperations, "claim" | "openPage" | "refresh">;
  readonly registry: Pick<Registry, "get">;
  readonly keys: Keys;
  /** What links begin with, without a trailing slash. */
  publicUrl(): string;
  /** Milliseconds since 1970. */
  now(): number;
  readonly log: Pick<Log, "info" | "warn" | "error">;
  /** How a merchant's pages look where the link does not say. */
  branding(scope: Scope): BrandFacts | undefined;
  /** Whether recipients may give card numbers on the pages of a connector's links. */
  cardsAllowed(connector: Connector): boolean;
  /** The address that a request comes from, as text. */
  clientAddress(context: Context): string;
  readonly limits?: Partial<PageLimits>;
}
