import type Stripe from "stripe";
import { errorInfo, Failure, PayoutStatus, readStatus } from "../../../src/connector/contract.ts";
import { PayoutEnums_PayoutPriority as Priority } from "../../../src/gen/types/payout_pb.ts";
import type { PayoutAmount } from "../amount.ts";
import type { StripeContext } from "../credentials.ts";
import { paymentReason } from "../errors.ts";
import { isExpired, type PayoutReply, statuses } from "../map.ts";
import { type KnownRecipient, methodCapabilities } from "../recipient.ts";
import type { Account, Intent, Payment } from "../shapes.ts";

/** The reply for an outbound payment, with the reason if it failed or was returned. */
export function paymentReply(payment: Payment, context: StripeContext): PayoutReply {
  const { status, status_details: details } = payment;
  const reason = details?.failed?.reason ?? details?.returned?.reason;
  return {
    payoutStatus: readStatus(statuses, status, context),
    connectorPayoutId: payment.id,
    ...(reason && {
      error: errorInfo(paymentReason(reason), reason, `The payment is ${status}: ${reason}.`),
    }),
  };
}

/** The statuses of payout intents that require action, by the reason of their failure. */
const failureStatuses: Readonly<Record<string, PayoutStatus>> = {
  account_not_configured_as_recipient: PayoutStatus.REQUIRES_VENDOR_ACCOUNT_CREATION,
  fx_rate_drift_exceeded_after_review: PayoutStatus.REQUIRES_CONFIRMATION,
  insufficient_funds: PayoutStatus.REQUIRES_FULFILLMENT,
  recalled: PayoutStatus.REVERSED,
  recipient_capability_not_active: PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA,
  review_rejected: PayoutStatus.FAILED,
  unknown_failure: PayoutStatus.FAILED,
};

/** The reply for a payout intent. */
export function intentReply(intent: Intent, context: StripeContext): PayoutReply {
  const { id, status, next_action: action } = intent;
  const reason = status === "requires_action" ? action?.handle_failure?.failure_reason : undefined;
  if (!reason) return { payoutStatus: readStatus(statuses, status, context), connectorPayoutId: id };
  const aboutMethod = reason.startsWith("payout_method_")
    ? PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA
    : undefined;
  return {
    payoutStatus: aboutMethod ?? readStatus(failureStatuses, reason, context),
    connectorPayoutId: id,
    error: errorInfo(paymentReason(reason), reason, `The payout intent failed: ${reason}.`),
  };
}

/** The status of a payout to a recipient who has not been paid. The first condition that holds decides. */
export function accountStatus(account: Account, context: StripeContext): PayoutStatus {
  const recipient = account.configuration?.recipient;
  const { bank_accounts: banks, cards } = recipient?.capabilities ?? {};
  const states = [...Object.values(banks ?? {}), cards].flatMap((capability) => capability?.status ?? []);
  if (account.closed || account.metadata?.pl_state === "void" || recipient?.applied === false) {
    return PayoutStatus.CANCELLED;
  }
  if (isExpired(account.metadata, context)) return PayoutStatus.EXPIRED;
  if (!recipient) return PayoutStatus.REQUIRES_VENDOR_ACCOUNT_CREATION;
  const unknown = states.find((state) => !capabilityStates.has(state));
  if (unknown) {
    context.warn("unknown provider status", { status: unknown });
    return PayoutStatus.PAYOUT_STATUS_UNSPECIFIED;
  }
  if (states.length > 0 && states.every((state) => state === "unsupported" || state === "rejected")) {
    return PayoutStatus.INELIGIBLE;
  }
  const hasMethod = hasMethodFor(account, context.payout?.destinationCurrency);
  if (states.includes("active") && hasMethod) return PayoutStatus.REQUIRES_FULFILLMENT;
  const waitsForUser = account.requirements?.entries?.some((entry) => entry?.awaiting_action_from === "user");
  if (waitsForUser || states.includes("restricted") || (!hasMethod && !states.includes("pending"))) {
    return PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA;
  }
  return PayoutStatus.PENDING;
}

const capabilityStates: ReadonlySet<string> = new Set([
  "active",
  "pending",
  "rejected",
  "restricted",
  "unsupported",
]);

function hasMethodFor(account: Account, currency: string | undefined): boolean {
  const methods = account.defaults?.payout_methods ?? {};
  if (!currency) return Object.values(methods).some(Boolean);
  return Boolean(methods[currency.toLowerCase()]);
}

type V2Core = Stripe.V2.Core.AccountCreateParams;
type Order = Stripe.V2.MoneyManagement.OutboundPaymentCreateParams;

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

/** Amount, source and recipient, as outbound payments and payout intents take them. */
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
