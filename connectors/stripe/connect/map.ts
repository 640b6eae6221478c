import { errorInfo, PayoutStatus, readStatus } from "../../../src/connector/contract.ts";
import type { StripeContext } from "../credentials.ts";
import { paymentReason } from "../errors.ts";
import { isExpired, type PayoutReply, statuses } from "../map.ts";
import type { ConnectedAccount, Payout, Transfer } from "../shapes.ts";

/** The reply for a transfer that no payout has followed. A transfer is cancelled by a reversal. */
export function transferReply(transfer: Transfer, context: StripeContext): PayoutReply {
  const voided = context.payout?.status === PayoutStatus.CANCELLED;
  const reversed = voided ? PayoutStatus.CANCELLED : PayoutStatus.REVERSED;
  return {
    payoutStatus: transfer.reversed ? reversed : PayoutStatus.REQUIRES_FULFILLMENT,
    connectorPayoutId: transfer.id,
  };
}

/** The reply for a connected account's payout. Its id carries the account's, without which Stripe does not find it. */
export function payoutReply(payout: Payout, account: string, context: StripeContext): PayoutReply {
  const { failure_code: code, failure_message: message } = payout;
  const status = readStatus(statuses, payout.status, context);
  return {
    payoutStatus: payout.reversed_by ? PayoutStatus.REVERSED : status,
    connectorPayoutId: `${account}/${payout.id}`,
    ...(code && { error: errorInfo(paymentReason(code), code, message ?? `The payout failed: ${code}.`) }),
  };
}

/** The status of a payout to a connected account that has not been paid. */
export function connectedAccountStatus(account: ConnectedAccount, context: StripeContext): PayoutStatus {
  const { capabilities, requirements } = account;
  if (account.metadata?.pl_state === "void") return PayoutStatus.CANCELLED;
  if (isExpired(account.metadata, context)) return PayoutStatus.EXPIRED;
  if (requirements?.disabled_reason?.startsWith("rejected")) return PayoutStatus.INELIGIBLE;
  if (capabilities?.transfers === "active" && account.payouts_enabled)
    return PayoutStatus.REQUIRES_FULFILLMENT;
  const waitsForStripe =
    capabilities?.transfers === "pending" || (requirements?.currently_due?.length ?? 1) === 0;
  return waitsForStripe ? PayoutStatus.PENDING : PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA;
}
