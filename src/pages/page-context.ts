import type { Context } from "hono";
import type { Connector } from "../connector/contract.ts";
import type { Registry } from "../connector/registry.ts";
import type { LinkRecord, PaymentAttempt, Scope } from "../core/payout.ts";
import type { LinkOptions } from "../gen/sluice/v1/link_pb.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { LinkOperations } from "../payouts/links/link-operations.ts";
import { readOptions } from "../payouts/payout-link.ts";
import { type Keys, linkTokenHash } from "../security/keys.ts";
import type { Log } from "../telemetry/log.ts";
import { csrfToken } from "../web/csrf.ts";
import type { PageLimits } from "../web/rate-limit.ts";
import { countryCodes } from "./forms/countries.ts";
import type { PageQuery } from "./forms/form.ts";
import { type Method, methods, offeredMethods } from "./forms/methods.ts";
import { recipientKinds } from "./forms/recipient-fields.ts";
import { type Locale, negotiate } from "./i18n/locale.ts";
import { type Flow, flowOf, type PageState, pageStateOf } from "./page-state.ts";
import { type Brand, type BrandFacts, readBrand } from "./views/brand.ts";

/** What the pages are made of. */
export interface PageDependencies {
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

/** How a page looks, whatever it says. */
export interface RenderContext {
  readonly locale: Locale;
  readonly query: PageQuery;
  readonly brand: Brand;
  /** Lets the page's own style and script be used, and no others. */
  readonly nonce: string;
  /** Whether no money can move. */
  readonly isTest: boolean;
}

/** What the pages of one link are made from. */
export interface PageContext extends RenderContext {
  readonly record: LinkRecord;
  readonly options: LinkOptions;
  readonly connector: Connector;
  readonly flow: Flow;
  readonly pageState: PageState;
  /** Ways of being paid that the form offers. */
  readonly offered: readonly Method[];
  /** The last try to pay. */
  readonly lastPayment: PaymentAttempt | undefined;
  /** For the page's forms. */
  readonly csrfToken: string;
  readonly nowMs: number;
}

/** The brand of a page that belongs to no merchant. */
const noBrand = readBrand(undefined, undefined);

/** How a page looks before it is known whose link it is. */
export function renderContextOf(context: Context): RenderContext {
  const asked = context.req.query("lang");
  const locale = negotiate(asked, context.req.header("accept-language"));
  return {
    locale,
    query: readQuery(context, asked === locale.language.code),
    brand: noBrand,
    nonce: context.get("secureHeadersNonce") ?? "",
    isTest: false,
  };
}

/**
 * Loads what a link's page knows. Undefined for every token that leads nowhere, for whatever reason: a malformed one takes the
 * same way as one that was replaced.
 *
 * @throws Error where the link cannot be shown: its connector or its key is no longer this server's.
 */
export async function loadPageContext(
  parts: PageDependencies,
  { locale, query, nonce }: RenderContext,
  token: string,
): Promise<PageContext | undefined> {
  const record = await parts.ledger.findLink(linkTokenHash(token));
  if (!record) return undefined;
  const { payout } = record;
  const options = readOptions(parts, payout);
  const connector = parts.registry.get(payout.connector);
  if (!connector) throw new Error(`This server has no connector ${payout.connector} any more.`);
  const nowMs = parts.now();
  const payments =
    record.paymentAttempts > 0 ? await parts.ledger.listPaymentAttempts(payout.scope, payout.id) : [];
  let brand: Brand | undefined;
  return {
    locale,
    query,
    nonce,
    // Worked out where a page is drawn: the answer to most forms is a redirect.
    get brand() {
      brand ??= readBrand(options.branding, parts.branding(payout.scope));
      return brand;
    },
    get csrfToken() {
      return csrfToken(parts.keys, { payoutId: payout.id, generation: payout.link.generation }, nowMs);
    },
    isTest: connector.hosts === undefined,
    record,
    options,
    connector,
    flow: flowOf(connector),
    pageState: pageStateOf(record, options, nowMs),
    offered: offeredMethods(connector, options, parts.cardsAllowed(connector)),
    lastPayment: payments.at(-1),
    nowMs,
  };
}

/** What of a URL is known; everything else in it is as if it were not there. */
function readQuery(context: Context, isLanguageKnown: boolean): PageQuery {
  const query = context.req.query();
  const country = query.country ?? "";
  return {
    lang: isLanguageKnown ? (query.lang as PageQuery["lang"]) : undefined,
    step: query.step === "details" ? "details" : undefined,
    kind: recipientKinds.find((kind) => kind === query.kind),
    method: methods.find(({ name }) => name === query.method)?.name,
    country: countryCodes.includes(country) ? country : undefined,
    checked: query.checked === "now" || query.checked === "later" ? query.checked : undefined,
  };
}
