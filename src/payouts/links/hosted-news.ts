import { equals } from "@bufbuild/protobuf";
import { PayoutStatus } from "../../connector/contract.ts";
import type { Payout } from "../../core/payout.ts";
import { PayoutLinkSchema } from "../../gen/sluice/v1/link_pb.ts";
import type { PayoutUpdate } from "../../ledger/ledger.ts";
import type { Parts } from "../parts.ts";
import type { PayoutReply } from "../provider/reply.ts";
import { readHosted, sealHosted, withHosted } from "./sealed-link.ts";

/**
 * What a provider says of a link whose page is its own, where it has not said so before: sealed anew at every look, it would
 * make each of them a change. What a reply leaves out stays as it was said before. A link that asks its recipient again,
 * since a payment failed, is as open as it was before they claimed it.
 */
export function hostedNews(
  { keys }: Pick<Parts, "keys">,
  { id, link }: Pick<Payout, "id" | "link">,
  { payoutLink, payoutStatus }: PayoutReply,
): Pick<PayoutUpdate, "linkHosted" | "linkState"> {
  const before = readHosted({ keys }, { id, link });
  const asksAgain = payoutStatus === PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA && link?.state === "CLAIMED";
  const reopened = before && asksAgain ? { linkState: "ACTIVE" as const } : {};
  // Without a URL it is not about a page of the provider's.
  if (!payoutLink || !(payoutLink.url || before)) return reopened;
  const after = before
    ? withHosted(before, { ...payoutLink, expireTime: payoutLink.expireTime ?? before.expireTime })
    : payoutLink;
  if (before && equals(PayoutLinkSchema, before, after)) return reopened;
  return { ...reopened, linkHosted: sealHosted({ keys }, id, after) };
}
