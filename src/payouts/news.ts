import { PayoutStatus } from "../connector/contract.ts";
import type { Payout } from "../core/payout.ts";
import { statusFacts } from "../core/status.ts";
import type { PayoutUpdate } from "../ledger/ledger.ts";
import { isOpen, linkEnd } from "./execute/payout-state.ts";
import type { Parts } from "./parts.ts";

/**
 * Writes down what was learnt of a payout as it was then; what has changed meanwhile is newer, and what was begun in time says
 * itself how it ends. Returns the payout as it stands.
 */
export async function learn(parts: Parts, asked: Payout, change: PayoutUpdate): Promise<Payout> {
  if (isOfEntryBefore(asked, change.status)) return asked;
  return parts.ledger.applyUpdate(asked.id, change, asked.version);
}

/** Writes down that a payout's link has run out, where it has. Returns the payout as it stands. */
export async function expire(parts: Parts, payout: Payout): Promise<Payout> {
  const { link, status } = payout;
  if (!link || link.state === "EXPIRED") return payout;
  if (linkEnd(payout, parts.now()) === "EXPIRED") {
    return learn(parts, payout, { status: PayoutStatus.EXPIRED, linkState: "EXPIRED" });
  }
  // A payment that failed stays failed, and the recipient is not asked any more.
  const isLeft = status === PayoutStatus.FAILED && !link.hosted && link.expiresAtMs <= parts.now();
  return isLeft && isOpen(payout) ? learn(parts, payout, { linkState: "EXPIRED" }) : payout;
}

/** Whether a failure that is heard of is the one after which the recipient was asked again: no payment has followed it yet. */
function isOfEntryBefore({ link, status }: Payout, heard: number | undefined): boolean {
  const isFailure = heard === PayoutStatus.FAILED || heard === PayoutStatus.REVERSED;
  return isFailure && link !== undefined && link.claimRound > 1 && statusFacts(status).mayPay === true;
}
