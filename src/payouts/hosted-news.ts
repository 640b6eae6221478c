import { equals } from "@bufbuild/protobuf";
import { PayoutLinkSchema } from "../gen/sluice/v1/link_pb.ts";
import type { Payout, PayoutChange } from "../ledger/ledger.ts";
import { readHosted, sealHosted, withHosted } from "../ledger/sealed-link.ts";
import type { Parts } from "./parts.ts";
import type { PayoutReply } from "./reply.ts";

/**
 * What a provider says of a link whose page is its own, where it has not said so before: sealed anew at every look, it would
 * make each of them a change. What a reply leaves out stays as it was said before.
 */
export function hostedNews(
  parts: Pick<Parts, "keys">,
  payout: Pick<Payout, "id" | "link">,
  { payoutLink }: PayoutReply,
): Pick<PayoutChange, "linkHosted"> {
  const before = readHosted(parts, payout);
  // Without a URL it is not about a page of the provider's.
  if (!payoutLink || !(payoutLink.url || before)) return {};
  const after = before
    ? withHosted(before, { ...payoutLink, expireTime: payoutLink.expireTime ?? before.expireTime })
    : payoutLink;
  if (before && equals(PayoutLinkSchema, before, after)) return {};
  return { linkHosted: sealHosted(parts, payout.id, after) };
}
