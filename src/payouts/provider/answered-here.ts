import { hasLinksOfOurs } from "../../connector/capability.ts";
import { PayoutStatus } from "../../connector/contract.ts";
import type { Payout } from "../../core/payout.ts";
import { statusFacts } from "../../core/status.ts";
import type { Submission } from "../execute/submission.ts";
import { type Answered, answered } from "./ended.ts";

/** What the core answers by itself: about links that no provider has an object for. */
export function answeredHere({ operation, payout, route: { connector } }: Submission): Answered | undefined {
  const isOurs = hasLinksOfOurs(connector);
  if (operation === "createLink" && isOurs) {
    return answered(operation, { payoutStatus: PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA });
  }
  if (operation !== "void" || !payout?.link) return undefined;
  // What the provider has of a link of ours is a payment that failed, or an account that nothing was paid to.
  const hasNothingThere = isOurs || !payout.connectorPayoutId;
  const isToBeAsked = connector.void !== undefined && !untouched.has(payout.status);
  return hasNothingThere && isUnpaid(payout) && !isToBeAsked
    ? answered(operation, { payoutStatus: PayoutStatus.CANCELLED })
    : undefined;
}

/** Statuses in which the provider knows of nothing that it could cancel. */
const untouched: ReadonlySet<number> = new Set<PayoutStatus>([
  PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA,
  PayoutStatus.FAILED,
]);

function isUnpaid({ status }: Payout): boolean {
  return untouched.has(status) || statusFacts(status).mayPay === true;
}
