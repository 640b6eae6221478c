import { PayoutStatus } from "../connector/contract.ts";
import type { Payout, PayoutChange } from "../ledger/ledger.ts";
import type { Parts } from "./parts.ts";
import { linkEnd } from "./payout-state.ts";
import { payoutIdentity } from "./submission.ts";

/**
 * Writes down what the provider said when it was asked about a payout as it was then. What has changed meanwhile is newer.
 * Returns the payout as it stands.
 */
export async function learn(parts: Parts, asked: Payout, change: PayoutChange): Promise<Payout> {
  const payout = await parts.ledger.findPayout(asked.scope, { id: asked.id });
  return payout && payout.version !== asked.version ? payout : note(parts, asked, change);
}

/** Writes down that a payout's link has run out, where it has. Returns the payout as it stands. */
export async function expire(parts: Parts, payout: Payout): Promise<Payout> {
  const isNews = linkEnd(payout, parts.now()) === "EXPIRED" && payout.link?.state !== "EXPIRED";
  return isNews ? note(parts, payout, { status: PayoutStatus.EXPIRED, linkState: "EXPIRED" }) : payout;
}

/** Ends that no payment would be expected after. */
const unpaidEnds: ReadonlySet<number> = new Set<PayoutStatus>([
  PayoutStatus.EXPIRED,
  PayoutStatus.CANCELLED,
  PayoutStatus.INELIGIBLE,
  PayoutStatus.FAILED,
]);

/** A payment that was begun in time says itself how it ends: nothing that is heard before may end the payout. */
async function note(parts: Parts, payout: Payout, change: PayoutChange): Promise<Payout> {
  if (unpaidEnds.has(change.status ?? 0) && (await isBeingPaid(parts, payout))) return payout;
  return parts.ledger.observe(payout.id, change);
}

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
