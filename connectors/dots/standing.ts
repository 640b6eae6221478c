import { PayoutStatus, type Reason, type Reply, readStatus, reasons } from "../../src/connector/contract.ts";
import { DeliveryState } from "../../src/gen/sluice/v1/link_pb.ts";
import type { DotsContext } from "./credentials.ts";
import { paymentOf } from "./payments.ts";
import type { Link, MadeLink } from "./shapes.ts";

/** Statuses of payout links. A claimed one is paid into the recipient's Dots wallet, from which they still have to be paid. */
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

/** What createLink answers for a link that is the one asked for. When it ends, Dots tells nobody. */
export function madeLinkReply(link: MadeLink, context: DotsContext): Reply<"createLink"> {
  const deliveryState = deliveryStateOf(link);
  return {
    connectorPayoutId: link.id,
    payoutStatus: readStatus(statuses, link.status ?? "", context),
    payoutLink: { url: link.link, ...(deliveryState && { deliveryState }) },
  };
}

/** Where a link is, as get answers: for a claimed one, where the recipient's own payment is. */
export async function linkStanding(id: string, link: Link, context: DotsContext): Promise<Reply<"get">> {
  const deliveryState = deliveryStateOf(link);
  const { payoutStatus, transferId, error } = await standingOf(id, link, context);
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

interface Standing {
  readonly payoutStatus: PayoutStatus;
  readonly transferId?: string;
  readonly error?: NonNullable<Reply<"get">["error"]>;
}

async function standingOf(id: string, link: Link, context: DotsContext): Promise<Standing> {
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
 * Statuses of the payment that a recipient makes from their Dots wallet. Where it fails, the money is with them and not
 * with the sender, so the payout has not failed: they choose again how to be paid.
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

/** What a reply says about something that went wrong. */
export function errorInfo(reason: Reason, code: string, message: string): NonNullable<Reply<"get">["error"]> {
  return {
    unifiedDetails: { code: reason, message, userGuidanceMessage: reasons[reason].advice },
    connectorDetails: { code, message },
  };
}
