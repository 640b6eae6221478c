import type Stripe from "stripe";
import { Failure } from "../../src/connector/contract.ts";
import { PayoutEnums_PayoutPriority as Priority } from "../../src/gen/types/payout_pb.ts";
import type { PayoutAmount } from "./amount.ts";
import type { StripeContext } from "./credentials.ts";
import { type KnownRecipient, methodCapabilities } from "./recipient.ts";

type V2Core = Stripe.V2.Core.AccountCreateParams;
type Order = Stripe.V2.MoneyManagement.OutboundPaymentCreateParams;

/** The version of the facts that this connector writes into metadata. */
const FACTS_VERSION = "1";

/**
 * The payout's facts as Stripe keeps them on accounts and payments: what it is for, and by which payments are found
 * again. Not signed: whoever has the Stripe key can change them, so amounts are never read from here.
 */
export function payoutMetadata(context: StripeContext): Record<string, string> {
  const { payout, credentials } = context;
  if (!payout) return { pl_v: FACTS_VERSION };
  const metadata: Record<string, string> = { pl_v: FACTS_VERSION, pl_id: payout.id };
  if (payout.merchantPayoutId) metadata.merchant_payout_id = payout.merchantPayoutId;
  if (payout.amountMinor > 0n) {
    metadata.pl_amt = payout.amountMinor.toString();
    metadata.pl_cur = payout.currency.toLowerCase();
    metadata.pl_dst = payout.destinationCurrency.toLowerCase();
  }
  if (credentials.financial_account) metadata.pl_fa = credentials.financial_account;
  if (payout.linkExpiresAtMs !== undefined) {
    metadata.pl_exp = Math.floor(payout.linkExpiresAtMs / 1000).toString();
  }
  return metadata;
}

/** A v2 recipient account. */
export function accountParameters(recipient: KnownRecipient, metadata: Record<string, string>): V2Core {
  const { firstName, lastName, businessName, doingBusinessAs, entityType } = recipient;
  const name = businessName ?? [firstName, lastName].filter(Boolean).join(" ");
  return {
    contact_email: recipient.email,
    ...(name && { display_name: name }),
    identity: {
      country: recipient.country.toLowerCase(),
      ...(entityType && { entity_type: entityType, ...nameParameters(recipient) }),
    },
    ...(doingBusinessAs && { defaults: { profile: { doing_business_as: doingBusinessAs } } }),
    configuration: { recipient: { capabilities: capabilitiesOf(recipient) } },
    metadata,
  };
}

/** Names belong to a kind of recipient: without one, Stripe's page asks for both. */
function nameParameters({ entityType, firstName, lastName, businessName }: KnownRecipient) {
  if (entityType !== "individual") {
    return businessName ? { business_details: { registered_name: businessName } } : {};
  }
  if (!firstName && !lastName) return {};
  return {
    individual: { ...(firstName && { given_name: firstName }), ...(lastName && { surname: lastName }) },
  };
}

function capabilitiesOf({ methods }: KnownRecipient) {
  const requested = { requested: true };
  if (methods.length === 0) return { bank_accounts: { local: requested }, cards: requested };
  const names = methods.flatMap((method) => methodCapabilities.get(method) ?? []);
  const banks = names.filter((name) => name !== "cards").map((name) => [name, requested]);
  return {
    ...(banks.length > 0 && { bank_accounts: Object.fromEntries(banks) }),
    ...(names.includes("cards") && { cards: requested }),
  };
}

/** What is paid from where to whom: outbound payments and payout intents take it alike. */
export function orderParameters(
  context: StripeContext,
  amount: PayoutAmount,
  to: {
    readonly recipient: string;
    readonly payoutMethod?: string | undefined;
    readonly priority?: Priority | undefined;
  },
): Pick<Order, "amount" | "from" | "to"> {
  const options = priorityOptions[to.priority ?? 0];
  return {
    from: { financial_account: financialAccount(context), currency: amount.currency },
    to: {
      recipient: to.recipient,
      currency: amount.destinationCurrency,
      ...(to.payoutMethod && { payout_method: to.payoutMethod }),
      ...(options && { payout_method_options: { bank_account: options } }),
    },
    amount: { value: amount.value, currency: amount.currency },
  };
}

/** Bank networks to prefer, by the caller's priority. The recipient's method must allow them. */
const priorityOptions: Readonly<
  Record<number, Stripe.V2.MoneyManagement.OutboundPaymentCreateParams.To.PayoutMethodOptions.BankAccount>
> = {
  [Priority.INSTANT]: { preferred_networks: ["rtp", "fps"] },
  [Priority.FAST]: {
    preferred_networks: ["ach"],
    preferred_network_options: { ach: { submission: "same_day" } },
  },
  [Priority.WIRE]: { preferred_networks: ["fedwire"] },
  [Priority.CROSS_BORDER]: { preferred_networks: ["swift"] },
};

function financialAccount({ credentials }: StripeContext): string {
  if (credentials.financial_account) return credentials.financial_account;
  throw new Failure(
    "INVALID_CONNECTOR_CONFIG",
    'Invalid connector configuration: financial_account. Paying with Global Payouts needs the account that the money comes from: write {"config":{"Stripe":{"api_key":"…","financial_account":"fa_…"}}}, or account_model: connect.',
    { field: "x-connector-config" },
  );
}
