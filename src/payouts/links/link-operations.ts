import type { Claim } from "../../connector/contract.ts";
import type { Payout, Scope } from "../../core/payout.ts";
import type { Run } from "../dependencies.ts";
import { cancel } from "./cancel.ts";
import { type ClaimEnd, type ClaimOptions, claim } from "./claim.ts";
import { openPage, type ProviderPageRequest } from "./provider-page.ts";
import { refresh } from "./refresh.ts";

/** What recipients' pages and PayoutLinkService do with a link. None of it ever pays twice, however often it is called. */
export interface LinkOperations {
  /**
   * Pays with what the recipient gave; where fulfilment is manual, registers it at the provider instead, for Transfer to pay.
   * Once for each claim round, however many claims come at once.
   */
  claim(payout: Payout, given: Claim, options?: ClaimOptions): Promise<ClaimEnd>;
  /**
   * Makes the provider's page for a recipient who has just arrived.
   *
   * @throws Failure where there is no such page, the provider does not answer, or it needs what is missing.
   */
  openPage(payout: Payout, request: ProviderPageRequest): Promise<{ readonly url: string }>;
  /**
   * Reads at the provider where the payout is, and pays where the recipient's details are in and fulfilment is automatic. Returns
   * the payout as it then stands.
   *
   * @throws Failure where the provider does not answer.
   */
  refresh(payout: Payout): Promise<Payout>;
  /**
   * Closes a link, at the provider too. Returns the payout as it then stands. Repeating it is harmless.
   *
   * @throws Failure PAYOUT_NOT_FOUND, PAYOUT_STATE where it is paid or being paid, or the provider's.
   */
  cancel(scope: Scope, payoutId: string): Promise<Payout>;
}

/** The link operations of this process. `run` keeps the leases of what each sends. */
export function createLinkOperations(run: Run): LinkOperations {
  return {
    claim: (payout, given, options) => run((deps) => claim(deps, payout, given, options)),
    openPage: (payout, request) => run((deps) => openPage(deps, payout, request)),
    refresh: (payout) => run((deps) => refresh(deps, payout)),
    cancel: (scope, payoutId) => run((deps) => cancel(deps, scope, payoutId)),
  };
}
