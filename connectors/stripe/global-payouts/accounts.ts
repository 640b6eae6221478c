import {
  missingField,
  PayoutStatus,
  type Reply,
  type Request,
  readStatus,
} from "../../../src/connector/contract.ts";
import type { Accounts } from "../account-model.ts";
import { callStripe } from "../client.ts";
import type { StripeContext } from "../credentials.ts";
import { statuses } from "../map.ts";
import { recipientHash } from "../recipient.ts";
import * as shapes from "../shapes.ts";
import { readCustomer, readTarget, requireTarget } from "../stripe-id.ts";
import { bankAccountParameters, bankCountry } from "./bank-account.ts";
import { accountParameters, accountStatus } from "./map.ts";
import { recipientOf } from "./payments.ts";

/** The recipients' accounts of Global Payouts: v2 accounts with the recipient configuration. */
export const accounts: Accounts<shapes.Account> = {
  read: (id, context) =>
    callStripe(context, shapes.account, (stripe, options) =>
      stripe.v2.core.accounts.retrieve(
        id,
        { include: ["configuration.recipient", "defaults", "requirements"] },
        options,
      ),
    ),

  statusOf: accountStatus,

  create: async (recipient, metadata, context) => {
    const parameters = accountParameters(recipient, metadata);
    const account = await callStripe(
      context,
      shapes.reference,
      (stripe, options) => stripe.v2.core.accounts.create(parameters, options),
      { key: `account:${recipientHash(recipient)}` },
    );
    return account.id;
  },

  checkKey: async (context) => {
    await callStripe(context, shapes.page(shapes.reference), (stripe, options) =>
      stripe.v2.core.accounts.list({ limit: 1 }, options),
    );
  },

  checkOptions: () => {},

  pageOf: async (target, context) => {
    if (target.kind === "account") return { account: target.id, useCase: "account_onboarding" };
    if (target.kind !== "payment") return undefined;
    // A recipient whose payment failed has given every detail before, and onboarding would not show them again.
    return { account: await recipientOf(target.id, context), useCase: "account_update" };
  },

  createPage: async ({ account, useCase }, { returnUrl }, context) => {
    const page = { refresh_url: returnUrl, return_url: returnUrl };
    const link = await callStripe(
      context,
      shapes.accountLink,
      (stripe, options) =>
        stripe.v2.core.accountLinks.create(
          { account, use_case: { type: useCase, [useCase]: page } },
          options,
        ),
      // A page lives minutes and is good for one visit: only a repeat of this very visit may get the same one.
      { key: `link:${context.startedAtMs}` },
    );
    return link.url;
  },
};

/** Attaches a bank account to a recipient. */
export async function enroll(
  request: Request<"enrollDisburseAccount">,
  context: StripeContext,
): Promise<Reply<"enrollDisburseAccount">> {
  const bank_account = bankAccountParameters(request.payoutMethodData);
  const account = readCustomer(request.customer) ?? requireAccount(context);
  const setup = await callStripe(
    context,
    shapes.setupIntent,
    (stripe, options) =>
      stripe.v2.moneyManagement.outboundSetupIntents.create(
        { payout_method_data: { type: "bank_account", bank_account }, usage_intent: "payment" },
        options,
      ),
    { key: "enroll", account: { stripeContext: account } },
  );
  // Stripe asks the recipient or the bank, not the caller.
  const status = setup.status === "requires_action" ? "processing" : setup.status;
  return { payoutStatus: readStatus(statuses, status, context), connectorPayoutId: account };
}

function requireAccount(context: StripeContext): string {
  const target = readTarget({}, context);
  if (target?.kind === "account") return target.id;
  throw missingField("customer.connector_customer_id", "Write the recipient's account: acct_….");
}

/** Whether a recipient, or a bank account of a country, can be paid. */
export async function eligibility(
  request: Request<"eligibility">,
  context: StripeContext,
): Promise<Reply<"eligibility">> {
  const country = bankCountry(request.payoutMethodData);
  const target = country === undefined ? requireTarget(request, context) : readTarget(request, context);
  const [payable, account] = await Promise.all([
    country === undefined || paysTo(country, context),
    target?.kind === "account" ? accounts.read(target.id, context) : undefined,
  ]);
  const status = account ? accountStatus(account, context) : PayoutStatus.REQUIRES_VENDOR_ACCOUNT_CREATION;
  return {
    payoutStatus: payable ? status : PayoutStatus.INELIGIBLE,
    ...(account && { connectorPayoutId: account.id }),
  };
}

async function paysTo(country: string, context: StripeContext): Promise<boolean> {
  const spec = await callStripe(context, shapes.bankAccountSpec, (stripe, options) =>
    stripe.v2.moneyManagement.payoutMethodsBankAccountSpecs.retrieve({ countries: [country] }, options),
  );
  return Object.keys(spec.countries ?? {}).some((name) => name.toUpperCase() === country);
}
