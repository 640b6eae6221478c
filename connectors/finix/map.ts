import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { PayoutStatus, readStatus } from "../../src/connector/contract.ts";
import { LinkState } from "../../src/gen/sluice/v1/link_pb.ts";
import type { FinixContext } from "./credentials.ts";
import type { Link } from "./shapes.ts";

/** The states of Finix's links. None says that a payment failed: the recipient claims again on the same page. */
export const statuses: Readonly<Record<string, PayoutStatus>> = {
  ACTIVE: PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA,
  AWAITING_PAYOUT: PayoutStatus.PENDING,
  COMPLETED: PayoutStatus.SUCCESS,
  EXPIRED: PayoutStatus.EXPIRED,
  DEACTIVATED: PayoutStatus.CANCELLED,
};

/** The same, as a link's state. */
export const linkStates: Readonly<Record<string, LinkState>> = {
  ACTIVE: LinkState.ACTIVE,
  AWAITING_PAYOUT: LinkState.CLAIMED,
  COMPLETED: LinkState.COMPLETED,
  EXPIRED: LinkState.EXPIRED,
  DEACTIVATED: LinkState.CANCELLED,
};

/** The status of a link: the reply of Void. */
export function statusReply(link: Link, context: FinixContext) {
  return { connectorPayoutId: link.id, payoutStatus: readStatus(statuses, link.state ?? "", context) };
}

/** The status of a link and the link itself: the reply of CreateLink and Get. */
export function linkReply(link: Link, context: FinixContext) {
  const { link_url: url, nickname, state } = link;
  const createTime = time(link.created_at);
  const expireTime = time(link.link_expires_at);
  return {
    ...statusReply(link, context),
    ...(url && {
      payoutLink: {
        url,
        ...(state && Object.hasOwn(linkStates, state) && { state: linkStates[state] }),
        ...(createTime && { createTime }),
        ...(expireTime && { expireTime }),
        ...(nickname && { nickname }),
      },
    }),
  };
}

function time(text: string | null | undefined) {
  const ms = Date.parse(text ?? "");
  return Number.isNaN(ms) ? undefined : timestampFromMs(ms);
}
