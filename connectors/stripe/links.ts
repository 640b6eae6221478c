import {
  type LinkPage,
  type LinkVisit,
  PayoutStatus,
  type Reply,
  type Request,
} from "../../src/connector/contract.ts";
import { accountStanding } from "./account-standing.ts";
import { readAmount } from "./amount.ts";
import { ask } from "./client.ts";
import type { StripeContext } from "./credentials.ts";
import { payoutMetadata } from "./map.ts";
import { recipientOf } from "./payments.ts";
import { isKnown, missingRecipient, readRecipient } from "./recipient.ts";
import { createAccount, readAccount } from "./recipients.ts";
import * as shapes from "./shapes.ts";
import { readNamedAccount, readTarget } from "./stripe-id.ts";

/**
 * Makes the recipient's account, which is the link. Without e-mail and country it only checks the key, and the account is
 * made when the recipient has given them.
 */
export async function createLink(
  request: Request<"createLink">,
  context: StripeContext,
): Promise<Reply<"createLink">> {
  readAmount(request, context);
  const named = readNamedAccount(request);
  if (named) {
    const account = await readAccount(named, context);
    return { payoutStatus: accountStanding(account, context), connectorPayoutId: account.id };
  }
  const recipient = readRecipient(request);
  const payoutStatus = PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA;
  if (isKnown(recipient)) {
    const connectorPayoutId = await createAccount(recipient, payoutMetadata(context), context);
    return { payoutStatus, connectorPayoutId };
  }
  await checkKey(context);
  return { payoutStatus };
}

/** Mints a page for the recipient who has just arrived, and their account if there is none. */
export async function openLink(visit: LinkVisit, context: StripeContext): Promise<LinkPage> {
  const target = readTarget({}, { ...context, payout: visit.payout });
  if (target?.kind === "account")
    return { url: await mintPage("account_onboarding", target.id, visit, context) };
  if (target?.kind === "payment") {
    // Somebody whose payment failed has given everything before, and onboarding would not show it again.
    const account = await recipientOf(target.id, context);
    return { url: await mintPage("account_update", account, visit, context) };
  }
  const recipient = { ...readRecipient({}), email: visit.email, country: visit.country };
  if (!isKnown(recipient)) throw missingRecipient(recipient);
  const connectorPayoutId = await createAccount(recipient, payoutMetadata(context), context);
  return { url: await mintPage("account_onboarding", connectorPayoutId, visit, context), connectorPayoutId };
}

async function mintPage(
  type: "account_onboarding" | "account_update",
  account: string,
  { returnUrl }: LinkVisit,
  context: StripeContext,
): Promise<string> {
  const page = { refresh_url: returnUrl, return_url: returnUrl };
  const link = await ask(
    context,
    shapes.accountLink,
    (stripe, options) =>
      stripe.v2.core.accountLinks.create({ account, use_case: { type, [type]: page } }, options),
    // A page lives minutes and is good for one visit: only a repeat of this very visit may get the same one.
    { key: `link:${context.startedAtMs}` },
  );
  return link.url;
}

/** The cheapest read that needs the permission that links need anyway, so that restricted keys pass. */
async function checkKey(context: StripeContext): Promise<void> {
  await ask(context, shapes.page(shapes.reference), (stripe, options) =>
    stripe.v2.core.accounts.list({ limit: 1 }, options),
  );
}
