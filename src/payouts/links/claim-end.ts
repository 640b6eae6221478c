import type { Failure } from "../../core/failure.ts";
import type { Payout } from "../../ledger/ledger.ts";

/** How a recipient's claim ended. */
export type ClaimEnd =
  /** The payout has moved on, by this claim or by another before it: its status says where it is. */
  | { readonly kind: "taken"; readonly payout: Payout }
  /** The details were sent, and nobody knows yet what became of them. The same details again find out. */
  | { readonly kind: "unknown"; readonly payout: Payout }
  /** Earlier details were sent, nobody knows what became of them, and these are others: nothing was sent. */
  | { readonly kind: "different"; readonly payout: Payout }
  /** Nothing was sent or changed, or nothing was paid by it: the failure says why. */
  | { readonly kind: "not sent"; readonly payout: Payout; readonly failure: Failure };
