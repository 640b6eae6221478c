import { PayoutStatus } from "../../connector/contract.ts";
import { Failure } from "../../core/failure.ts";
import type { Payout } from "../../core/payout.ts";
import { isOpen } from "../execute/payout-state.ts";
import { expire } from "../news.ts";
import type { Parts } from "../parts.ts";

/**
 * A payout as it stands now, with its link expired where its time is over.
 *
 * @throws Failure PAYOUT_NOT_FOUND where it is gone.
 */
export async function readAgain(parts: Parts, { scope, id }: Pick<Payout, "scope" | "id">): Promise<Payout> {
  const payout = await parts.ledger.findPayout(scope, { id });
  if (payout) return expire(parts, payout);
  throw new Failure(
    "PAYOUT_NOT_FOUND",
    "There is no such link of this merchant. Check the id and x-merchant-id.",
  );
}

/**
 * Lets details in that were asked for by an entry of the payout's link, beginning that entry where a payment failed before it.
 * Undefined where they were asked for by another one: a form from before is no order to pay.
 */
export async function admitEntry(parts: Parts, payout: Payout, entry: number): Promise<Payout | undefined> {
  const { link, status } = payout;
  if (status !== PayoutStatus.FAILED) return link?.claimRound === entry ? payout : undefined;
  if (link?.claimRound !== entry - 1) return undefined;
  const after = await beginEntry(parts, payout);
  return after.status !== PayoutStatus.FAILED && after.link?.claimRound === entry ? after : undefined;
}

/** Asks the recipient anew after a payment failed, where the link is still open. Returns the payout as it then stands. */
export async function beginEntry(parts: Parts, payout: Payout): Promise<Payout> {
  const isFailed = payout.status === PayoutStatus.FAILED && isOpen(payout);
  return isFailed ? parts.ledger.reopenLink(payout.id, payout.version) : payout;
}
