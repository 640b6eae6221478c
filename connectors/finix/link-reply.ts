import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { readStatus } from "../../src/connector/contract.ts";
import type { FinixContext } from "./credentials.ts";
import type { Link } from "./shapes.ts";
import { linkStates, statuses } from "./states.ts";

/** Where a link is: what Void answers. */
export function standing(link: Link, context: FinixContext) {
  return { connectorPayoutId: link.id, payoutStatus: readStatus(statuses, link.state ?? "", context) };
}

/** Where a link is, and the link itself: what CreateLink and Get answer. */
export function linkReply(link: Link, context: FinixContext) {
  const { link_url: url, nickname, state } = link;
  const createTime = time(link.created_at);
  const expireTime = time(link.link_expires_at);
  return {
    ...standing(link, context),
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
