import type { Claim } from "../connector/claim.ts";
import type { Failure } from "../core/failure.ts";
import type { Payout, Scope } from "../ledger/ledger.ts";

/**
 * What the recipient's pages and the callers of links ask of the call path. Whoever puts the parts together gives it to
 * them, since links and payouts do not know each other. Nothing here ever pays twice, however often it is asked.
 */
export interface LinkDesk {
  /**
   * Pays with what the recipient gave; where fulfilment is manual, registers it at the provider instead, for Transfer to pay.
   * Once for each entry of a link, however many claims come at once.
   */
  claim(payout: Payout, claim: Claim): Promise<ClaimEnd>;
  /**
   * Makes the provider's page for a recipient who has just arrived.
   *
   * @throws Failure where the provider does not answer, or needs what is missing.
   */
  openPage(payout: Payout, visit: PageVisit): Promise<{ readonly url: string }>;
  /**
   * Asks the provider where the payout is, and pays where the recipient's details are in and fulfilment is automatic. Returns
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

/** A recipient on the way to the provider's page. */
export interface PageVisit {
  /** Our page, to which the provider sends them back. */
  readonly returnUrl: string;
  readonly email: string | undefined;
  /** ISO 3166-1 alpha-2. */
  readonly country: string | undefined;
}

/** How a claim ended. */
export type ClaimEnd =
  /** The payout has moved on, by this claim or by another before it: its status says where it is. */
  | { readonly kind: "taken"; readonly payout: Payout }
  /** The details were sent, and nobody knows yet what became of them. The same details again find out. */
  | { readonly kind: "unknown"; readonly payout: Payout }
  /** Earlier details were sent, nobody knows what became of them, and these are others: nothing was sent. */
  | { readonly kind: "different"; readonly payout: Payout }
  /** Nothing was sent or changed: the provider is down, busy, or wants something else. Asking again later may do. */
  | { readonly kind: "not sent"; readonly payout: Payout; readonly failure: Failure };
