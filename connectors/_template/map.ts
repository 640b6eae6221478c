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

/** What is read of Acme's replies, and no more. Only what nothing can be done without is required. */
export const replies = {
  link: z.object({ id: z.string(), status: z.string().nullish(), url: z.string().nullish() }),
  payment: z.object({ status: z.string().nullish() }),
  error: z.object({
    error: z.object({ code: z.string().catch(""), message: z.string().catch("") }).nullish(),
  }),
};

/** The body of `POST /v1/links`. The link's end counts from when it was first asked for, so that a repeat is the same. */
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

/** What createLink, get and void answer for a link of Acme's. */
export function linkReply(link: z.output<typeof replies.link>, context: Context<unknown>) {
  return {
    connectorPayoutId: link.id,
    payoutStatus: readStatus(statuses, link.status ?? "", context),
    ...(link.url ? { payoutLink: { url: link.url } } : {}),
  };
}

/** What transfer answers. Acme's payments have ids of their own, but the payout stays the link. */
export function paymentReply(
  linkId: string,
  payment: z.output<typeof replies.payment>,
  context: Context<unknown>,
) {
  return { connectorPayoutId: linkId, payoutStatus: readStatus(statuses, payment.status ?? "", context) };
}

/** Acme's id of the link that a call is about: the caller's, or what the core remembers. */
export function linkIdOf(request: Request<"get" | "transfer" | "void">, context: Context<unknown>): string {
  const id = request.connectorPayoutId || context.payout?.connectorPayoutId;
  if (!id) throw missingField("connector_payout_id", "Write the id that CreateLink answered.");
  return id;
}
