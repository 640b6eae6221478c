import { Failure } from "../../../src/connector/contract.ts";
import type { Accounts } from "../account-model.ts";
import { callStripe } from "../client.ts";
import { recipientHash } from "../recipient.ts";
import * as shapes from "../shapes.ts";
import { requireAccountId } from "../stripe-id.ts";
import { connectedAccountStatus } from "./map.ts";

/** The recipients' accounts of Connect: v1 connected accounts. */
export const accounts: Accounts<shapes.ConnectedAccount> = {
  read: (id, context) =>
    callStripe(context, shapes.connectedAccount, (stripe, options) =>
      stripe.accounts.retrieve(id, {}, options),
    ),

  statusOf: connectedAccountStatus,

  create: async (recipient, metadata, context) => {
    const { email, country, entityType } = recipient;
    const account = await callStripe(
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
            // With an automatic schedule Stripe would pay the balance out by itself, under no payout of ours.
            settings: { payouts: { schedule: { interval: "manual" } } },
            metadata,
          },
          options,
        ),
      { key: `account:${recipientHash(recipient)}` },
    );
    return account.id;
  },

  checkKey: async (context) => {
    await callStripe(context, shapes.list(shapes.reference), (stripe, options) =>
      stripe.accounts.list({ limit: 1 }, options),
    );
  },

  checkOptions: ({ linkOptions }) => {
    if (!linkOptions?.allowedMethods.length) return;
    throw new Failure(
      "UNSUPPORTED_OPTION",
      "link_options.allowed_methods is not supported with account_model: connect, where Stripe's page decides. Leave it out, or use account_model: global_payouts.",
      { field: "link_options.allowed_methods" },
    );
  },

  pageOf: async (target) => ({
    account: target.account ?? requireAccountId(target),
    useCase: "account_onboarding",
  }),

  createPage: async ({ account, useCase }, { returnUrl }, context) => {
    const link = await callStripe(
      context,
      shapes.accountLink,
      (stripe, options) =>
        stripe.accountLinks.create(
          { account, type: useCase, refresh_url: returnUrl, return_url: returnUrl },
          options,
        ),
      // A page lives minutes and is good for one visit: only a repeat of this very visit may get the same one.
      { key: `link:${context.startedAtMs}` },
    );
    return link.url;
  },
};
