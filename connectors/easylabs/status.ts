import {
  errorInfo,
  PayoutStatus,
  type Reason,
  type Reply,
  readStatus,
} from "../../src/connector/contract.ts";
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

/** The status of a link without a transaction. */
export function linkStatus(status: string | null | undefined, context: EasyLabsContext): PayoutStatus {
  return readStatus(linkStatuses, status ?? "", context);
}

/** The reasons of transactions that ended without paying, as far as Easy Labs gives one. */
const failures: Readonly<Record<string, { readonly reason: Reason; readonly message: string }>> = {
  failed: { reason: "PROVIDER_DECLINED", message: "The bank rejected the payment." },
  returned: { reason: "PAYMENT_RETURNED", message: "The recipient's bank sent the payment back." },
};

/** The status of a claimed link, by the transaction that pays it. */
export function transactionReply(
  status: string | null | undefined,
  context: EasyLabsContext,
): Pick<Reply<"get">, "payoutStatus" | "error"> {
  const payoutStatus = readStatus(transactionStatuses, status ?? "", context);
  const failure = status && Object.hasOwn(failures, status) ? failures[status] : undefined;
  if (!status || !failure) return { payoutStatus };
  const { reason, message } = failure;
  return {
    payoutStatus,
    error: errorInfo(reason, status, message),
  };
}
