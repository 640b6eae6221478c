import { PayoutStatus, type Reply } from "../../src/connector/contract.ts";
import type { DotsContext } from "./credentials.ts";
import type { MadeLink } from "./shapes.ts";
import { errorInfo } from "./standing.ts";

/**
 * Whether a link is of the amount that was asked for, in cents. For a key that it knows Dots answers with the first link,
 * and no error, whatever the body asks for this time.
 */
export function isAskedAmount({ id, amount }: MadeLink, asked: number, context: DotsContext): boolean {
  if (amount === null || amount === undefined) {
    context.warn("dots named no amount of the link, so it could not be checked", { link: id });
    return true;
  }
  return Number(amount) === asked;
}

/**
 * What createLink answers where Dots has given a link of another amount. That is the end of this call: sent again it would
 * make a second link as soon as Dots has forgotten the key. And it is no failure: the first link can still be paid, so
 * nobody may take it for unpaid and pay by other means.
 */
export function otherLinkReply(link: MadeLink, asked: number, context: DotsContext): Reply<"createLink"> {
  const { id, amount } = link;
  context.warn("dots answered with an earlier link of another amount", { link: id });
  const message = `Dots has link ${id} of ${amount} cents for this merchant_payout_id, and so made none of ${asked}. Look at it with Get, or cancel it with Void, under connector_payout_id ${id}; then use a new merchant_payout_id.`;
  return {
    statusCode: 409,
    payoutStatus: PayoutStatus.PENDING,
    error: errorInfo("PAYOUT_NEEDS_REVIEW", "amount_differs", message),
  };
}
