import { missingField } from "../../core/failure.ts";
import { operations } from "../../core/operations.ts";
import type { Payout } from "../../core/payout.ts";
import type { Fingerprint } from "./fingerprint.ts";
import type { Order } from "./submission.ts";

/**
 * What makes two orders the same operation. Undefined where the caller gave nothing to tell by.
 *
 * @throws Failure MISSING_REQUIRED_FIELD for a payment that could not be told from its repeat.
 */
export function identityOf(order: Order, print: Fingerprint): string | undefined {
  const { operation, request, route, payout, claim } = order;
  const { merchantPayoutId, merchantQuoteId, connectorPayoutId } = request;
  if (operation === "stage") return merchantQuoteId && `quote:${merchantQuoteId}`;
  if (payout && operations[operation].pays) return paymentIdentity(payout);
  // Accounts may be registered one after another until one is taken: nothing is paid by that.
  if (payout && claim) return `account ${print.whole} ${paymentIdentity(payout)}`;
  if (merchantPayoutId) return `merchant:${merchantPayoutId}`;
  if (operation !== "transfer" && operation !== "void") return undefined;
  if (payout) return payoutIdentity(payout);
  if (operation === "void") return `connector:${route.connector.name}:${connectorPayoutId}`;
  if (route.idempotencyKey !== undefined) return undefined;
  throw missingField(
    "merchant_payout_id",
    "Write your own id of this payout, or send an idempotency-key header: without either, a repeat would pay twice.",
  );
}

/** What makes two operations of one kind the same one, once there is a payout. */
export function payoutIdentity({ merchantPayoutId, id }: Pick<Payout, "merchantPayoutId" | "id">): string {
  return merchantPayoutId ? `merchant:${merchantPayoutId}` : `payout:${id}`;
}

/**
 * What makes two payments of a payout the same one, whoever asks for them: each entry of its link is paid at most once. The
 * number comes first, where no merchant_payout_id can look like it.
 */
export function paymentIdentity(payout: Pick<Payout, "merchantPayoutId" | "id" | "link">): string {
  const entry = payout.link?.claimRound ?? 1;
  return entry === 1 ? payoutIdentity(payout) : `entry ${entry} ${payoutIdentity(payout)}`;
}
