import { z } from "zod";
import type { ErrorReader, Reason } from "../../src/connector/contract.ts";

/**
 * Stripe's error codes and types, and what goes wrong with a payment later on, with our reason for each. v1 tells errors
 * apart by `code`, v2 by `type`.
 */
const reasons: Readonly<Record<string, Reason>> = {
  // The account or the key.
  feature_not_enabled: "FEATURE_NOT_ENABLED",
  platform_registration_required: "FEATURE_NOT_ENABLED",
  non_connect_platform_accounts_v2_access_blocked: "FEATURE_NOT_ENABLED",
  financial_account_not_open: "FEATURE_NOT_ENABLED",
  api_key_expired: "PROVIDER_AUTHENTICATION",
  secret_key_required: "PROVIDER_AUTHENTICATION",
  more_permissions_required: "PROVIDER_PERMISSION",
  account_invalid: "PROVIDER_PERMISSION",
  blocked_by_stripe: "BLOCKED",
  insufficient_funds: "INSUFFICIENT_FUNDS",
  outbound_payment_insufficient_funds: "INSUFFICIENT_FUNDS",
  balance_insufficient: "INSUFFICIENT_FUNDS",

  // The request.
  not_found: "PROVIDER_NOT_FOUND",
  resource_missing: "PROVIDER_NOT_FOUND",
  idempotency_error: "PROVIDER_CONFLICT",
  idempotency_key_in_use: "IDEMPOTENCY_IN_PROGRESS",
  lock_timeout: "IDEMPOTENCY_IN_PROGRESS",
  controlled_by_alternate_resource: "PROVIDER_CONFLICT",
  fx_quote_needs_refresh: "PROVIDER_CONFLICT",
  cannot_proceed: "PROVIDER_CONFLICT",
  already_canceled: "PROVIDER_CONFLICT",
  amount_too_large: "AMOUNT_NOT_ALLOWED",
  amount_too_small: "AMOUNT_NOT_ALLOWED",
  quota_exceeded: "AMOUNT_NOT_ALLOWED",
  not_cancelable: "NOT_CANCELABLE",
  payout_not_cancelable: "NOT_CANCELABLE",
  pending_transactions_cannot_be_deleted: "NOT_CANCELABLE",

  // The recipient.
  capability_not_enabled: "RECIPIENT_NOT_READY",
  insufficient_capabilities_for_transfer: "RECIPIENT_NOT_READY",
  payouts_not_allowed: "RECIPIENT_NOT_READY",
  recipient_not_notifiable: "RECIPIENT_NOT_READY",
  account_closed: "RECIPIENT_ACCOUNT_CLOSED",
  invalid_payout_method: "RECIPIENT_ACCOUNT_INVALID",
  payout_method_incompatible_type: "RECIPIENT_ACCOUNT_INVALID",

  // Why a payment failed or came back.
  recipient_capability_not_active: "RECIPIENT_NOT_READY",
  account_not_configured_as_recipient: "RECIPIENT_NOT_READY",
  fx_rate_drift_exceeded_after_review: "PROVIDER_DECLINED",
  payout_method_account_type_incorrect: "RECIPIENT_ACCOUNT_INVALID",
  payout_method_amount_limit_exceeded: "AMOUNT_NOT_ALLOWED",
  payout_method_canceled_by_customer: "RECIPIENT_ACCOUNT_CLOSED",
  payout_method_closed: "RECIPIENT_ACCOUNT_CLOSED",
  payout_method_currency_unsupported: "RECIPIENT_ACCOUNT_INVALID",
  payout_method_declined: "RECIPIENT_DECLINED",
  payout_method_does_not_exist: "RECIPIENT_ACCOUNT_INVALID",
  payout_method_expired: "RECIPIENT_ACCOUNT_CLOSED",
  payout_method_holder_address_incorrect: "RECIPIENT_ACCOUNT_INVALID",
  payout_method_holder_details_incorrect: "RECIPIENT_ACCOUNT_INVALID",
  payout_method_holder_name_incorrect: "RECIPIENT_ACCOUNT_INVALID",
  payout_method_invalid: "RECIPIENT_ACCOUNT_INVALID",
  payout_method_invalid_account_number: "RECIPIENT_ACCOUNT_INVALID",
  payout_method_restricted: "RECIPIENT_ACCOUNT_INVALID",
  payout_method_unsupported: "RECIPIENT_ACCOUNT_INVALID",
  payout_method_usage_frequency_limit_exceeded: "RECIPIENT_DECLINED",
  recalled: "PAYMENT_RETURNED",
  review_rejected: "BLOCKED",
  unknown_failure: "PROVIDER_DECLINED",
  could_not_process: "PROVIDER_DECLINED",
  debit_not_authorized: "RECIPIENT_DECLINED",
  declined: "RECIPIENT_DECLINED",
  invalid_account_number: "RECIPIENT_ACCOUNT_INVALID",
  incorrect_account_holder_name: "RECIPIENT_ACCOUNT_INVALID",
  no_account: "RECIPIENT_ACCOUNT_INVALID",
  bank_account_restricted: "RECIPIENT_ACCOUNT_INVALID",
};

/** What to switch on at Stripe, by the code or type that says it is off. */
const hints: Readonly<Record<string, string>> = {
  feature_not_enabled:
    "Enable Global Payouts for this account in the Stripe Dashboard, or write account_model: connect if it is a Connect platform.",
  platform_registration_required: "Register the account as a Connect platform in the Stripe Dashboard.",
  non_connect_platform_accounts_v2_access_blocked:
    "Enable Global Payouts or Connect for this account in the Stripe Dashboard.",
  financial_account_not_open: "Open the financial account in the Stripe Dashboard, or name another one.",
  more_permissions_required: "Give the restricted key the permission in the Stripe Dashboard.",
};

const body = z.object({
  error: z.object({
    code: z.string().nullish(),
    type: z.string().nullish(),
    message: z.string().nullish(),
  }),
});

/** Reads the error replies of v1 and v2. */
export const errors: ErrorReader = {
  read(reply) {
    const { data } = body.safeParse(reply);
    if (!data) return undefined;
    const { code, type, message } = data.error;
    const names = [code, type].filter((name) => typeof name === "string");
    const known = names.find((name) => Object.hasOwn(reasons, name)) ?? names[0] ?? "";
    return { code: known, message: [message, hints[known]].filter(Boolean).join(" ") };
  },
  reasons,
};

/** Our reason for a payment that failed or came back, by Stripe's. */
export function paymentReason(reason: string): Reason {
  return (Object.hasOwn(reasons, reason) ? reasons[reason] : undefined) ?? "PROVIDER_DECLINED";
}
