import { Failure } from "../core/failure.ts";
import { linkStateAt } from "../core/link-state.ts";
import type { Payout } from "../core/payout.ts";
import { payoutStatus, statusFacts } from "../core/status.ts";
import type { PayoutUpdate } from "../ledger/ledger.ts";
import { changesNothing } from "../ledger/transactions/payout-change.ts";
import type { Dependencies } from "./dependencies.ts";

type Store = Pick<Dependencies, "ledger" | "now">;

/**
 * Applies what was learnt of a payout as it was then; what has changed meanwhile is newer, and what was begun in time says
 * itself how it ends. Writes nothing where that is nothing new: a newer version of the payout would not take it either.
 * Returns the payout as it stands, or as it was seen where nothing is new.
 */
export async function applyUpdate(
  deps: Pick<Store, "ledger">,
  seen: Payout,
  update: PayoutUpdate,
): Promise<Payout> {
  if (isOfClaimRoundBefore(seen, update.status) || changesNothing(seen, update)) return seen;
  return deps.ledger.applyUpdate(seen.id, update, seen.version);
}

/** Whether a failure is the one after which the recipient was asked again: no payment has followed it yet. */
function isOfClaimRoundBefore({ link, status }: Payout, reported: number | undefined): boolean {
  const isFailure = reported === payoutStatus.FAILED || reported === payoutStatus.REVERSED;
  const isLater = link !== undefined && link.claimRound > 1;
  return isFailure && isLater && statusFacts(status).mayPay === true;
}

/** Writes down that a payout's link has run out, where it has. Returns the payout as it stands. */
export async function expire(deps: Store, payout: Payout): Promise<Payout> {
  const hasRunOut = linkStateAt(payout, deps.now()) === "EXPIRED" && payout.link?.state !== "EXPIRED";
  if (!hasRunOut) return payout;
  // A payment that failed stays failed, and the recipient is not asked any more.
  const isUnclaimed = statusFacts(payout.status).phase === "asking";
  const status = isUnclaimed ? { status: payoutStatus.EXPIRED } : {};
  return applyUpdate(deps, payout, { ...status, linkState: "EXPIRED" });
}

/** Whether a link can still lead to a payment. */
export function isOpen({ link }: Payout): boolean {
  return link?.state === "ACTIVE" || link?.state === "CLAIMED";
}

/**
 * A payout as it stands now, with its link expired where its time is over.
 *
 * @throws Failure PAYOUT_NOT_FOUND where it is gone.
 */
export async function readAgain(deps: Store, { scope, id }: Pick<Payout, "scope" | "id">): Promise<Payout> {
  const payout = await deps.ledger.findPayout(scope, { id });
  if (payout) return expire(deps, payout);
  throw new Failure(
    "PAYOUT_NOT_FOUND",
    "There is no such link of this merchant. Check the id and x-merchant-id.",
  );
}
