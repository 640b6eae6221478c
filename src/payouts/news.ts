import { PayoutStatus } from "../connector/contract.ts";
import type { Payout, PayoutChange } from "../ledger/ledger.ts";
import type { Parts } from "./parts.ts";
import { linkEnd } from "./payout-state.ts";
import { payoutIdentity } from "./submission.ts";

/**
 * Writes down what was learnt of a payout as it was then; what has changed meanwhile is newer. A payment that was begun in
 * time says itself how it ends: nothing that is heard before may end the payout. Returns the payout as it stands.
 */
export async function learn(parts: Parts, asked: Payout, change: PayoutChange): Promise<Payout> {
  if (unpaidEnds.has(change.status ?? 0) && (await isBeingPaid(parts, asked))) return asked;
  return parts.ledger.observe(asked.id, change, asked.version);
}

/** Writes down that a payout's link has run out, where it has. Returns the payout as it stands. */
export async function expire(parts: Parts, payout: Payout): Promise<Payout> {
  const isNews = linkEnd(payout, parts.now()) === "EXPIRED" && payout.link?.state !== "EXPIRED";
  return isNews ? learn(parts, payout, { status: PayoutStatus.EXPIRED, linkState: "EXPIRED" }) : payout;
}

/** Ends that no payment would be expected after. */
const unpaidEnds: ReadonlySet<number> = new Set<PayoutStatus>([
  PayoutStatus.EXPIRED,
  PayoutStatus.CANCELLED,
  PayoutStatus.INELIGIBLE,
  PayoutStatus.FAILED,
]);

async function isBeingPaid({ ledger }: Parts, payout: Payout): Promise<boolean> {
  const { scope } = payout;
  const identity = payoutIdentity(payout);
  const found = await Promise.all(
    ["create", "transfer"].map((operation) =>
      ledger.findAttempt({ scope, operation, identity, idempotencyKey: undefined }),
    ),
  );
  return found.some((each) => each && each.attempt.state !== "DONE");
}
