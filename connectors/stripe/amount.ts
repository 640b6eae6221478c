import { currencyCode, invalidField, missingField, safeMinorAmount } from "../../src/connector/contract.ts";
import type { Currency, Money } from "../../src/gen/types/money_pb.ts";
import type { StripeContext } from "./credentials.ts";

/** An amount as Stripe writes it. */
export interface PayoutAmount {
  /** Minor units. */
  readonly value: number;
  /** In lower case. */
  readonly currency: string;
  /** The currency that the recipient is paid in, in lower case. */
  readonly destinationCurrency: string;
}

/** Stripe's amounts have at most eight digits. */
const LIMIT = 99_999_999n;

/**
 * Reads the amount to pay from the request, or from the core's record of the payout. The two must agree.
 *
 * @throws Failure MISSING_REQUIRED_FIELD or INVALID_DATA_FORMAT.
 */
export function readAmount(
  request: { amount?: Money | undefined; destinationCurrency?: Currency },
  { payout }: StripeContext,
): PayoutAmount {
  const known = payout && payout.amountMinor > 0n ? payout : undefined;
  const minor = request.amount?.minorAmount ?? known?.amountMinor;
  const currency = (request.amount && currencyCode(request.amount.currency)) || known?.currency;
  const destination =
    currencyCode(request.destinationCurrency ?? 0) || known?.destinationCurrency || currency;
  if (minor === undefined || !currency || !destination) {
    throw missingField("amount", "Write minor_amount and currency, such as 1000 and USD for 10 dollars.");
  }
  if (minor <= 0n || minor > LIMIT) {
    throw invalidField("amount.minor_amount", `Write 1 to ${LIMIT} for Stripe, in minor units.`);
  }
  if (known && (known.amountMinor !== minor || known.currency !== currency)) {
    const was = `${known.amountMinor} ${known.currency}`;
    throw invalidField("amount", `The payout was made for ${was}: write that, or leave the amount out.`);
  }
  return {
    value: safeMinorAmount(minor),
    currency: currency.toLowerCase(),
    destinationCurrency: destination.toLowerCase(),
  };
}
