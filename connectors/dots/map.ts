import { errorInfo, PayoutStatus, type Reply, readStatus } from "../../src/connector/contract.ts";
import { DeliveryState } from "../../src/gen/sluice/v1/link_pb.ts";
import { paymentOf } from "./client.ts";
import type { DotsContext } from "./credentials.ts";
import type { Link, MadeLink } from "./shapes.ts";

/** Statuses of payout links. A claimed one is paid into the recipient's Dots wallet, from which the recipient still pays it out. */
export const statuses: Readonly<Record<string, PayoutStatus>> = {
  created: PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA,
  delivery_pending: PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA,
  delivery_failed: PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA,
  sent: PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA,
  delivered: PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA,
  claimed: PayoutStatus.PENDING,
  reversed: PayoutStatus.REVERSED,
  canceled: PayoutStatus.CANCELLED,
  expired: PayoutStatus.EXPIRED,
};

/** The reply of createLink for a link with the requested amount. Dots does not say when it expires. */
export function madeLinkReply(link: MadeLink, context: DotsContext): Reply<"createLink"> {
  const deliveryState = deliveryStateOf(link);
  return {
    connectorPayoutId: link.id,
    payoutStatus: readStatus(statuses, link.status ?? "", context),
    payoutLink: { url: link.link, ...(deliveryState && { deliveryState }) },
  };
}

/** The reply of get for a link: of a claimed one, by the status of the recipient's own payment. */
export async function linkReply(id: string, link: Link, context: DotsContext): Promise<Reply<"get">> {
  const deliveryState = deliveryStateOf(link);
  const { payoutStatus, transferId, error } = await statusOf(id, link, context);
  return {
    connectorPayoutId: id,
    payoutStatus,
    payoutLink: {
      ...(link.link && { url: link.link }),
      ...(deliveryState && { deliveryState }),
      ...(link.claimed_user_id && { connectorRecipientId: link.claimed_user_id }),
      ...(transferId && { connectorTransactionId: transferId }),
    },
    ...(error && { error }),
  };
}

interface LinkStatus {
  readonly payoutStatus: PayoutStatus;
  readonly transferId?: string;
  readonly error?: NonNullable<Reply<"get">["error"]>;
}

async function statusOf(id: string, link: Link, context: DotsContext): Promise<LinkStatus> {
  const payoutStatus = readStatus(statuses, link.status ?? "", context);
  if (link.status !== "claimed") return { payoutStatus };
  if (context.credentials.paid_when === "claimed") return { payoutStatus: PayoutStatus.SUCCESS };
  const payment = await paymentOf(id, link.claimed_user_id ?? undefined, context);
  if (!payment) return { payoutStatus };
  const status = payment.status ?? "";
  const paymentStatus = readStatus(paymentStatuses, status, context);
  return {
    payoutStatus: paymentStatus,
    transferId: payment.id,
    ...(paymentStatus === PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA && {
      error: errorInfo(
        "PROVIDER_DECLINED",
        status,
        `The recipient's payment is ${status}: they can try again.`,
      ),
    }),
  };
}

/**
 * Statuses of the payment that a recipient makes from their Dots wallet. If it fails, the money is in the wallet and not
 * with the sender, so the payout has not failed: the recipient chooses another payout method.
 */
const paymentStatuses: Readonly<Record<string, PayoutStatus>> = {
  created: PayoutStatus.PENDING,
  pending: PayoutStatus.PENDING,
  flagged: PayoutStatus.PENDING,
  completed: PayoutStatus.SUCCESS,
  failed: PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA,
  canceled: PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA,
  reversed: PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA,
};

function deliveryStateOf({ status, delivery }: Link): DeliveryState | undefined {
  return delivery?.method === "link" ? undefined : deliveryStates[status ?? ""];
}

const deliveryStates: Readonly<Record<string, DeliveryState>> = {
  delivery_pending: DeliveryState.PENDING,
  sent: DeliveryState.SENT,
  delivered: DeliveryState.DELIVERED,
  delivery_failed: DeliveryState.FAILED,
};

/**
 * Whether a link has the requested amount, in cents. For a key that was used before Dots returns the first link without an
 * error, whatever the body of this request.
 */
export function hasRequestedAmount(
  { id, amount }: MadeLink,
  requested: number,
  context: DotsContext,
): boolean {
  if (amount === null || amount === undefined) {
    context.warn("dots named no amount of the link, so it could not be checked", { link: id });
    return true;
  }
  return Number(amount) === requested;
}

/**
 * The reply of createLink if Dots returned a link of another amount. It is final: sent again, the call would make a second
 * link as soon as Dots has forgotten the key. It is not a failure either: the first link can still be paid, so a caller
 * must not take it for unpaid and pay by other means.
 */
export function otherLinkReply(link: MadeLink, requested: number, context: DotsContext): Reply<"createLink"> {
  const { id, amount } = link;
  context.warn("dots answered with an earlier link of another amount", { link: id });
  const message = `Dots has link ${id} of ${amount} cents for this merchant_payout_id, and so made none of ${requested}. Look at it with Get, or cancel it with Void, under connector_payout_id ${id}; then use a new merchant_payout_id.`;
  return {
    statusCode: 409,
    payoutStatus: PayoutStatus.PENDING,
    error: errorInfo("PAYOUT_NEEDS_REVIEW", "amount_differs", message),
  };
}
