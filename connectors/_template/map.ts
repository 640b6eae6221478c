import {
  type Context,
  currencyCode,
  missingField,
  PayoutStatus,
  type Reason,
  type Request,
  readStatus,
  safeMinorAmount,
  z,
} from "../../src/connector/contract.ts";

/** Acme's statuses, of links and of payments. */
export const statuses: Readonly<Record<string, PayoutStatus>> = {
  open: PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA,
  claimed: PayoutStatus.REQUIRES_FULFILLMENT,
  processing: PayoutStatus.PENDING,
  paid: PayoutStatus.SUCCESS,
  returned: PayoutStatus.REVERSED,
  failed: PayoutStatus.FAILED,
  cancelled: PayoutStatus.CANCELLED,
  expired: PayoutStatus.EXPIRED,
};

/** Acme's error codes. One that is not here gets its reason by HTTP status. */
export const reasons: Readonly<Record<string, Reason>> = {
  insufficient_balance: "INSUFFICIENT_FUNDS",
  amount_out_of_range: "AMOUNT_NOT_ALLOWED",
  link_already_paid: "NOT_CANCELABLE",
  recipient_account_closed: "RECIPIENT_ACCOUNT_CLOSED",
};

/** The fields of Acme's replies that are read, and no others. A field is required only if the connector cannot do without it. */
export const replies = {
  link: z.object({ id: z.string(), status: z.string().nullish(), url: z.string().nullish() }),
  payment: z.object({ status: z.string().nullish() }),
  error: z.object({
    error: z.object({ code: z.string().catch(""), message: z.string().catch("") }).nullish(),
  }),
};

/** The body of `POST /v1/links`. The link expires so long after the attempt was first sent, so a repeat is the same. */
export function linkBody(request: Request<"createLink">, startedAtMs: number): object {
  const { amount, linkOptions, merchantPayoutId } = request;
  if (!amount) throw missingField("amount", "Write what the recipient gets.");
  const seconds = linkOptions?.expiresIn?.seconds;
  return {
    amount: safeMinorAmount(amount.minorAmount),
    currency: currencyCode(amount.currency),
    reference: merchantPayoutId,
    description: linkOptions?.description ?? request.description,
    return_url: linkOptions?.successUrl,
    metadata: linkOptions?.metadata,
    expires_at:
      seconds === undefined ? undefined : new Date(startedAtMs + Number(seconds) * 1000).toISOString(),
  };
}

/** The reply of createLink, get and void for a link of Acme's. */
export function linkReply(link: z.output<typeof replies.link>, context: Context<unknown>) {
  return {
    connectorPayoutId: link.id,
    payoutStatus: readStatus(statuses, link.status ?? "", context),
    ...(link.url ? { payoutLink: { url: link.url } } : {}),
  };
}

/** The reply of transfer. Acme's payments have ids of their own, but the payout stays the link. */
export function paymentReply(
  linkId: string,
  payment: z.output<typeof replies.payment>,
  context: Context<unknown>,
) {
  return { connectorPayoutId: linkId, payoutStatus: readStatus(statuses, payment.status ?? "", context) };
}
