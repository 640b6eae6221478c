import { missingField, PayoutStatus, type Reply } from "../../src/connector/contract.ts";
import type { StripeContext } from "./credentials.ts";
import type { Account } from "./shapes.ts";

/** Stripe's statuses of outbound payments, payout intents, setup intents and v1 payouts, which do not contradict. */
export const statuses: Readonly<Record<string, PayoutStatus>> = {
  processing: PayoutStatus.PENDING,
  posted: PayoutStatus.SUCCESS,
  failed: PayoutStatus.FAILED,
  canceled: PayoutStatus.CANCELLED,
  returned: PayoutStatus.REVERSED,
  pending: PayoutStatus.INITIATED,
  requires_action: PayoutStatus.REQUIRES_CONFIRMATION,
  in_transit: PayoutStatus.PENDING,
  paid: PayoutStatus.SUCCESS,
  succeeded: PayoutStatus.REQUIRES_FULFILLMENT,
  requires_payout_method: PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA,
};

/** A payment, intent, transfer or payout of Stripe's as replies show it. */
export interface PayoutReply {
  readonly payoutStatus: PayoutStatus;
  readonly connectorPayoutId: string;
  readonly error?: NonNullable<Reply<"get">["error"]>;
}

/** The reply for a link that has not been opened yet, so that Stripe has no record of it. */
export function unopenedReply(context: StripeContext): Reply<"get"> {
  if (!context.payout) {
    throw missingField("connector_payout_id", "Write Stripe's id, or the merchant_payout_id of a link.");
  }
  const expired = isExpired(undefined, context);
  return { payoutStatus: expired ? PayoutStatus.EXPIRED : PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA };
}

/**
 * Whether the core waits for the recipient, or for Transfer. A payment that is over then belongs to an earlier payment
 * attempt: while an attempt is in progress, the payout has another status.
 */
export function isAwaitingRetry({ payout }: StripeContext): boolean {
  const { REQUIRES_PAYOUT_METHOD_DATA, REQUIRES_FULFILLMENT } = PayoutStatus;
  return payout?.status === REQUIRES_PAYOUT_METHOD_DATA || payout?.status === REQUIRES_FULFILLMENT;
}

/** Whether the link has expired, by the core's record, or else by the metadata of its account. */
export function isExpired(metadata: Account["metadata"], context: StripeContext): boolean {
  const expiresAtMs = context.payout?.linkExpiresAtMs ?? Number(metadata?.pl_exp ?? Number.NaN) * 1000;
  return context.now() > expiresAtMs;
}

/** The version of the metadata that this connector writes. */
const METADATA_VERSION = "1";

/**
 * The metadata that Stripe keeps on a payout's accounts and payments, by which they are found again. Not signed: anyone with
 * the Stripe key can change it, so amounts are never read from here.
 */
export function payoutMetadata(context: StripeContext): Record<string, string> {
  const { payout, credentials } = context;
  if (!payout) return { pl_v: METADATA_VERSION };
  const metadata: Record<string, string> = { pl_v: METADATA_VERSION, pl_id: payout.id };
  if (payout.merchantPayoutId) metadata.merchant_payout_id = payout.merchantPayoutId;
  if (payout.amountMinor > 0n) {
    metadata.pl_amt = payout.amountMinor.toString();
    metadata.pl_cur = payout.currency.toLowerCase();
    metadata.pl_dst = payout.destinationCurrency.toLowerCase();
  }
  if (credentials.financial_account) metadata.pl_fa = credentials.financial_account;
  if (payout.linkExpiresAtMs !== undefined) {
    metadata.pl_exp = Math.floor(payout.linkExpiresAtMs / 1000).toString();
  }
  return metadata;
}
