import { PayoutStatus, type Reason, type Reply, readStatus, reasons } from "../../src/connector/contract.ts";
import type { EasyLabsContext } from "./credentials.ts";

/** Easy Labs' statuses of links. */
const linkStatuses: Readonly<Record<string, PayoutStatus>> = {
  pending: PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA,
  claimed: PayoutStatus.PENDING,
  completed: PayoutStatus.SUCCESS,
  expired: PayoutStatus.EXPIRED,
  cancelled: PayoutStatus.CANCELLED,
};

/** Easy Labs' statuses of the transactions that pay claimed links. */
const transactionStatuses: Readonly<Record<string, PayoutStatus>> = {
  pending: PayoutStatus.PENDING,
  processing: PayoutStatus.PENDING,
  completed: PayoutStatus.SUCCESS,
  failed: PayoutStatus.FAILED,
  returned: PayoutStatus.REVERSED,
  cancelled: PayoutStatus.CANCELLED,
};

/** Both together. A `pending` link waits for its recipient, a `pending` transaction for the bank. */
export const statuses: Readonly<Record<string, PayoutStatus>> = { ...transactionStatuses, ...linkStatuses };

/** Where a link is that has no transaction. */
export function linkStatus(status: string | null | undefined, context: EasyLabsContext): PayoutStatus {
  return readStatus(linkStatuses, status ?? "", context);
}

/** Why a transaction that is over has not paid, as far as Easy Labs says. */
const faults: Readonly<Record<string, { readonly reason: Reason; readonly message: string }>> = {
  failed: { reason: "PROVIDER_DECLINED", message: "The bank rejected the payment." },
  returned: { reason: "PAYMENT_RETURNED", message: "The recipient's bank sent the payment back." },
};

/** Where a claimed link is, by the transaction that pays it. */
export function transactionStanding(
  status: string | null | undefined,
  context: EasyLabsContext,
): Pick<Reply<"get">, "payoutStatus" | "error"> {
  const payoutStatus = readStatus(transactionStatuses, status ?? "", context);
  const fault = status && Object.hasOwn(faults, status) ? faults[status] : undefined;
  if (!status || !fault) return { payoutStatus };
  const { reason, message } = fault;
  return {
    payoutStatus,
    error: {
      unifiedDetails: { code: reason, message, userGuidanceMessage: reasons[reason].advice },
      connectorDetails: { code: status, message },
    },
  };
}
