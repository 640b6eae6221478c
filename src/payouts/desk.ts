import type { Claim } from "../connector/contract.ts";
import type { Payout, Scope } from "../ledger/ledger.ts";
import type { Work } from "./api/payout-service.ts";
import { cancel } from "./links/cancel.ts";
import { claim } from "./links/claim.ts";
import type { ClaimEnd } from "./links/claim-end.ts";
import { openPage, type PageVisit } from "./links/page.ts";
import { refresh } from "./links/refresh.ts";

/** What the recipients' pages and the callers of links ask of the call path. Nothing here ever pays twice. */
export interface Desk {
  /** Pays with what the recipient gave, or registers it where fulfilment is manual. */
  claim(payout: Payout, given: Claim): Promise<ClaimEnd>;
  /** Makes the provider's page for a recipient. Throws Failure where there is none, or the provider's. */
  openPage(payout: Payout, visit: PageVisit): Promise<{ readonly url: string }>;
  /** Asks the provider where the payout is, and pays where that is due. Throws Failure where the provider does not say. */
  refresh(payout: Payout): Promise<Payout>;
  /** Closes a link. Throws Failure PAYOUT_NOT_FOUND, PAYOUT_STATE, or the provider's. */
  cancel(scope: Scope, payoutId: string): Promise<Payout>;
}

/** Makes the desk. */
export function createDesk(work: Work): Desk {
  return {
    claim: (payout, given) => work((parts) => claim(parts, payout, given)),
    openPage: (payout, visit) => work((parts) => openPage(parts, payout, visit)),
    refresh: (payout) => work((parts) => refresh(parts, payout)),
    cancel: (scope, payoutId) => work((parts) => cancel(parts, scope, payoutId)),
  };
}
