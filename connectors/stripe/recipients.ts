import {
  missingField,
  PayoutStatus,
  type Reply,
  type Request,
  readStatus,
} from "../../src/connector/contract.ts";
import { accountStanding } from "./account-standing.ts";
import { bankAccountParameters, bankCountry } from "./bank-account.ts";
import { ask } from "./client.ts";
import type { StripeContext } from "./credentials.ts";
import { fingerprint } from "./fingerprint.ts";
import { accountParameters } from "./map.ts";
import { isKnown, type KnownRecipient, missingRecipient, readRecipient } from "./recipient.ts";
import * as shapes from "./shapes.ts";
import { statuses } from "./standing.ts";
import { readCustomer, readTarget, requireTarget } from "./stripe-id.ts";

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

/** Attaches a bank account to a recipient. */
export async function enroll(
  request: Request<"enrollDisburseAccount">,
  context: StripeContext,
): Promise<Reply<"enrollDisburseAccount">> {
  const bank_account = bankAccountParameters(request.payoutMethodData);
  const account = readCustomer(request.customer) ?? requireAccount(context);
  const setup = await ask(
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
    target?.kind === "account" ? readAccount(target.id, context) : undefined,
  ]);
  const standing = account
    ? accountStanding(account, context)
    : PayoutStatus.REQUIRES_VENDOR_ACCOUNT_CREATION;
  return {
    payoutStatus: payable ? standing : PayoutStatus.INELIGIBLE,
    ...(account && { connectorPayoutId: account.id }),
  };
}

async function paysTo(country: string, context: StripeContext): Promise<boolean> {
  const spec = await ask(context, shapes.bankAccountSpec, (stripe, options) =>
    stripe.v2.moneyManagement.payoutMethodsBankAccountSpecs.retrieve({ countries: [country] }, options),
  );
  return Object.keys(spec.countries ?? {}).some((name) => name.toUpperCase() === country);
}

/** A recipient's account, with the parts that say where it is. */
export function readAccount(id: string, context: StripeContext): Promise<shapes.Account> {
  return ask(context, shapes.account, (stripe, options) =>
    stripe.v2.core.accounts.retrieve(
      id,
      { include: ["configuration.recipient", "defaults", "requirements"] },
      options,
    ),
  );
}

/** Makes a recipient's account. Returns its id. */
export async function createAccount(
  recipient: KnownRecipient,
  metadata: Record<string, string>,
  context: StripeContext,
): Promise<string> {
  const parameters = accountParameters(recipient, metadata);
  const account = await ask(
    context,
    shapes.reference,
    (stripe, options) => stripe.v2.core.accounts.create(parameters, options),
    { key: `account:${fingerprint(recipient)}` },
  );
  return account.id;
}
