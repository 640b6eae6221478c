import {
  Failure,
  type LinkPage,
  type LinkVisit,
  PayoutStatus,
  type Reply,
  type Request,
} from "../../src/connector/contract.ts";
import { connectedAccountStanding } from "./account-standing.ts";
import { readAmount } from "./amount.ts";
import { ask } from "./client.ts";
import type { StripeContext } from "./credentials.ts";
import { fingerprint } from "./fingerprint.ts";
import { payoutMetadata } from "./map.ts";
import { isKnown, type KnownRecipient, missingRecipient, readRecipient } from "./recipient.ts";
import * as shapes from "./shapes.ts";
import { readNamedAccount, readTarget, requireAccountId } from "./stripe-id.ts";

/** As with Global Payouts: the connected account is the link, and without e-mail and country only the key is checked. */
export async function createLink(
  request: Request<"createLink">,
  context: StripeContext,
): Promise<Reply<"createLink">> {
  readAmount(request, context);
  if (request.linkOptions?.allowedMethods.length) {
    throw new Failure(
      "UNSUPPORTED_OPTION",
      "link_options.allowed_methods is not supported with account_model: connect, where Stripe's page decides. Leave it out, or use account_model: global_payouts.",
      { field: "link_options.allowed_methods" },
    );
  }
  const named = readNamedAccount(request);
  if (named) {
    const account = await readConnectedAccount(named, context);
    return { payoutStatus: connectedAccountStanding(account, context), connectorPayoutId: account.id };
  }
  const recipient = readRecipient(request);
  const payoutStatus = PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA;
  if (isKnown(recipient)) {
    const connectorPayoutId = await createAccount(recipient, payoutMetadata(context), context);
    return { payoutStatus, connectorPayoutId };
  }
  await ask(context, shapes.list(shapes.reference), (stripe, options) =>
    stripe.accounts.list({ limit: 1 }, options),
  );
  return { payoutStatus };
}

/** Mints a page for the recipient who has just arrived, and their account if there is none. */
export async function openLink(visit: LinkVisit, context: StripeContext): Promise<LinkPage> {
  const target = readTarget({}, { ...context, payout: visit.payout });
  if (target) {
    const account = target.account ?? requireAccountId(target);
    return { url: await mintPage(account, visit, context) };
  }
  const recipient = { ...readRecipient({}), email: visit.email, country: visit.country };
  if (!isKnown(recipient)) throw missingRecipient(recipient);
  const connectorPayoutId = await createAccount(recipient, payoutMetadata(context), context);
  return { url: await mintPage(connectorPayoutId, visit, context), connectorPayoutId };
}

async function mintPage(account: string, { returnUrl }: LinkVisit, context: StripeContext): Promise<string> {
  const link = await ask(
    context,
    shapes.accountLink,
    (stripe, options) =>
      stripe.accountLinks.create(
        { account, type: "account_onboarding", refresh_url: returnUrl, return_url: returnUrl },
        options,
      ),
    // A page lives minutes and is good for one visit: only a repeat of this very visit may get the same one.
    { key: `link:${context.startedAtMs}` },
  );
  return link.url;
}

/** Registers a recipient, who may be paid many times: the account carries no payout's facts. */
export async function createRecipient(
  request: Request<"createRecipient">,
  context: StripeContext,
): Promise<Reply<"createRecipient">> {
  const recipient = readRecipient(request);
  if (!isKnown(recipient)) throw missingRecipient(recipient);
  const { merchantPayoutId } = request;
  const metadata = { pl_v: "1", ...(merchantPayoutId && { merchant_payout_id: merchantPayoutId }) };
  return {
    payoutStatus: PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA,
    connectorPayoutId: await createAccount(recipient, metadata, context),
  };
}

/** A connected account. */
export function readConnectedAccount(id: string, context: StripeContext): Promise<shapes.ConnectedAccount> {
  return ask(context, shapes.connectedAccount, (stripe, options) =>
    stripe.accounts.retrieve(id, {}, options),
  );
}

async function createAccount(
  recipient: KnownRecipient,
  metadata: Record<string, string>,
  context: StripeContext,
): Promise<string> {
  const { email, country, entityType } = recipient;
  const account = await ask(
    context,
    shapes.reference,
    (stripe, options) =>
      stripe.accounts.create(
        {
          country,
          email,
          ...(entityType && { business_type: entityType }),
          controller: {
            fees: { payer: "application" },
            losses: { payments: "application" },
            requirement_collection: "stripe",
            stripe_dashboard: { type: "express" },
          },
          capabilities: { transfers: { requested: true } },
          // Money leaves the account when we say so, or Stripe would pay it out under no payout's name.
          settings: { payouts: { schedule: { interval: "manual" } } },
          metadata,
        },
        options,
      ),
    { key: `account:${fingerprint(recipient)}` },
  );
  return account.id;
}
