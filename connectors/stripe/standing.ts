import {
  missingField,
  PayoutStatus,
  type Reason,
  type Reply,
  readStatus,
  reasons,
} from "../../src/connector/contract.ts";
import type { StripeContext } from "./credentials.ts";
import { paymentReason } from "./errors.ts";
import type { Account, Intent, Payment, Payout, Transfer } from "./shapes.ts";

/** Where something is at Stripe, as replies say it. */
export interface Standing {
  readonly payoutStatus: PayoutStatus;
  readonly connectorPayoutId: string;
  readonly error?: NonNullable<Reply<"get">["error"]>;
}

/** Stripe's statuses of outbound payments, payout intents, setup intents and v1 payouts, which do not contradict. */
export const statuses: Readonly<Record<string, PayoutStatus>> = {
  processing: PayoutStatus.PENDING,
  posted: PayoutStatus.SUCCESS,
  failed: PayoutStatus.FAILED,
  canceled: PayoutStatus.CANCELLED,
  returned: PayoutStatus.REVERSED,
  pending: PayoutStatus.INITIATED,
  requires_action: PayoutStatus.REQUIRES_CONFIRMATION,
  in_transit: PayoutStatus.PENDING,
  paid: PayoutStatus.SUCCESS,
  succeeded: PayoutStatus.REQUIRES_FULFILLMENT,
  requires_payout_method: PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA,
};

/** Where an outbound payment is, and why it failed or came back. */
export function paymentStanding(payment: Payment, context: StripeContext): Standing {
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

/** What a payout intent that needs somebody to act waits for, by the reason of its failure. */
const failureStatuses: Readonly<Record<string, PayoutStatus>> = {
  account_not_configured_as_recipient: PayoutStatus.REQUIRES_VENDOR_ACCOUNT_CREATION,
  fx_rate_drift_exceeded_after_review: PayoutStatus.REQUIRES_CONFIRMATION,
  insufficient_funds: PayoutStatus.REQUIRES_FULFILLMENT,
  recalled: PayoutStatus.REVERSED,
  recipient_capability_not_active: PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA,
  review_rejected: PayoutStatus.FAILED,
  unknown_failure: PayoutStatus.FAILED,
};

/** Where a payout intent is. */
export function intentStanding(intent: Intent, context: StripeContext): Standing {
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

/** Where a transfer is that no payout has followed. A reversal is how a transfer is cancelled. */
export function transferStanding(transfer: Transfer, context: StripeContext): Standing {
  const voided = context.payout?.status === PayoutStatus.CANCELLED;
  const reversed = voided ? PayoutStatus.CANCELLED : PayoutStatus.REVERSED;
  return {
    payoutStatus: transfer.reversed ? reversed : PayoutStatus.REQUIRES_FULFILLMENT,
    connectorPayoutId: transfer.id,
  };
}

/** Where a connected account's payout is. Its id carries the account's, without which Stripe does not find it. */
export function payoutStanding(payout: Payout, account: string, context: StripeContext): Standing {
  const { failure_code: code, failure_message: words } = payout;
  const status = readStatus(statuses, payout.status, context);
  return {
    payoutStatus: payout.reversed_by ? PayoutStatus.REVERSED : status,
    connectorPayoutId: `${account}/${payout.id}`,
    ...(code && { error: errorInfo(paymentReason(code), code, words ?? `The payout failed: ${code}.`) }),
  };
}

/** Where a link is that nobody has opened yet, so that Stripe knows nothing of it. */
export function unopenedStanding(context: StripeContext): Reply<"get"> {
  if (!context.payout) {
    throw missingField("connector_payout_id", "Write Stripe's id, or the merchant_payout_id of a link.");
  }
  const expired = isExpired(undefined, context);
  return { payoutStatus: expired ? PayoutStatus.EXPIRED : PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA };
}

/** What a reply says about something that went wrong. */
export function errorInfo(reason: Reason, code: string, message: string): NonNullable<Standing["error"]> {
  return {
    unifiedDetails: { code: reason, message, userGuidanceMessage: reasons[reason].advice },
    connectorDetails: { code, message },
  };
}

/**
 * Whether the core waits for the recipient, or for Transfer. A payment from before that is over is then an earlier try:
 * while the core takes one to be under way, the status is another.
 */
export function isAskedAgain({ payout }: StripeContext): boolean {
  const { REQUIRES_PAYOUT_METHOD_DATA, REQUIRES_FULFILLMENT } = PayoutStatus;
  return payout?.status === REQUIRES_PAYOUT_METHOD_DATA || payout?.status === REQUIRES_FULFILLMENT;
}

/** Whether the link has ended, as the core says, or else as its account does. */
export function isExpired(metadata: Account["metadata"], context: StripeContext): boolean {
  const expiresAtMs = context.payout?.linkExpiresAtMs ?? Number(metadata?.pl_exp ?? Number.NaN) * 1000;
  return context.now() > expiresAtMs;
}
