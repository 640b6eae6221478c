import type { Context } from "hono";
import { readOptions } from "../payouts/links/payout-link.ts";
import { linkTokenHash } from "../security/keys.ts";
import { formToken } from "../web/form-token.ts";
import { countryCodes } from "./forms/countries.ts";
import { methods, offeredMethods } from "./forms/methods.ts";
import type { PageQuery } from "./forms/page-query.ts";
import { recipientKinds } from "./forms/recipient-fields.ts";
import { negotiate } from "./i18n/language.ts";
import type { PageParts } from "./page-parts.ts";
import { flowOf, standingOf } from "./standing.ts";
import { readBrand } from "./views/brand.ts";
import type { Look, Visit } from "./visit.ts";

/** How a page looks before anybody knows whose link it is. */
export function plainLook(context: Context): Look {
  const asked = context.req.query("lang");
  const tongue = negotiate(asked, context.req.header("accept-language"));
  return {
    tongue,
    query: readQuery(context, asked === tongue.language.code),
    brand: readBrand(undefined, undefined),
    nonce: context.get("secureHeadersNonce") ?? "",
    isTest: false,
  };
}

/**
 * Finds whom a token belongs to. Undefined for every token that leads nowhere, whyever: a malformed one takes the same way as
 * one that was replaced.
 *
 * @throws Error where the link cannot be shown: its connector or its key is no longer this server's.
 */
export async function receive(parts: PageParts, look: Look, token: string): Promise<Visit | undefined> {
  const record = await parts.ledger.findLink(linkTokenHash(token));
  if (!record) return undefined;
  const { payout } = record;
  const options = readOptions(parts, payout);
  const connector = parts.registry.get(payout.connector);
  if (!connector) throw new Error(`This server has no connector ${payout.connector} any more.`);
  const nowMs = parts.now();
  const payments =
    record.paymentAttempts > 0 ? await parts.ledger.listPaymentAttempts(payout.scope, payout.id) : [];
  return {
    ...look,
    brand: readBrand(options.branding, parts.branding(payout.scope)),
    isTest: connector.hosts === undefined,
    record,
    options,
    connector,
    flow: flowOf(connector),
    standing: standingOf(record, options, nowMs),
    offered: offeredMethods(connector, options, parts.cardsAllowed(connector)),
    lastPayment: payments.at(-1),
    formToken: formToken(parts.keys, { payoutId: payout.id, generation: payout.link.generation }, nowMs),
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
