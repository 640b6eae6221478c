import {
  currencyCode,
  invalidField,
  missingField,
  type Request,
  safeMinorAmount,
} from "../../src/connector/contract.ts";
import type { LinkOptions } from "../../src/gen/sluice/v1/link_pb.ts";
import type { FinixContext } from "./credentials.ts";
import { branding, items, operations, unsupported } from "./link-options.ts";
import { tagsFor } from "./tags.ts";

/** Seven days, the lifetime of a link unless the caller sets another. */
const DEFAULT_MINUTES = 7 * 24 * 60;

/**
 * The body of `POST /payout_links`.
 *
 * @throws Failure for options that Finix does not have, saying what to write.
 */
export function linkBody(request: Request<"createLink">, context: FinixContext): object {
  const { linkOptions: options, merchantPayoutId } = request;
  const amount = readAmount(request);
  return {
    amount_details: amount,
    allowed_payout_operations: operations(options?.allowedMethods ?? []),
    additional_details: additionalDetails(options),
    ...(options?.items.length && { items: items(options.items, amount.currency) }),
    ...(options?.branding && { branding: branding(options.branding) }),
    ...(options?.nickname !== undefined && { nickname: options.nickname }),
    ...recipientDetails(request),
    tags: tagsFor(context, merchantPayoutId, options?.metadata),
  };
}

/**
 * The amount as Finix writes it.
 *
 * @throws Failure INVALID_DATA_FORMAT if the destination currency differs, which Finix does not convert.
 */
export function readAmount({ amount, destinationCurrency }: Request<"createLink">) {
  if (!amount) throw missingField("amount", "Write what the recipient gets, in minor units.");
  const currency = currencyCode(amount.currency);
  if (destinationCurrency !== amount.currency)
    throw invalidField(
      "destination_currency",
      `Finix pays in the currency of the amount: write ${currency}.`,
    );
  return { total_amount: safeMinorAmount(amount.minorAmount), currency };
}

function additionalDetails(options: LinkOptions | undefined) {
  if (!options?.termsUrl)
    throw missingField(
      "link_options.terms_url",
      "Finix requires the URL of your terms of service, which its page shows: write https://….",
    );
  return {
    terms_of_service_url: options.termsUrl,
    expiration_in_minutes: minutes(options.expiresIn?.seconds),
    ...(options.successUrl && { success_return_url: options.successUrl }),
    ...(options.failureUrl && { unsuccessful_return_url: options.failureUrl }),
    ...(options.expiredUrl && { expired_session_url: options.expiredUrl }),
  };
}

function minutes(seconds: bigint | undefined): number {
  if (seconds === undefined) return DEFAULT_MINUTES;
  if (seconds % 60n === 0n) return Number(seconds / 60n);
  throw invalidField(
    "link_options.expires_in",
    'Finix counts in minutes: write a multiple of 60 seconds, such as "600s".',
  );
}

/**
 * `recipient_details`: the known details of the recipient, filled in for them; empty if none is known.
 *
 * @throws Failure UNSUPPORTED_OPTION for a phone number or country, which Finix asks the recipient for.
 */
function recipientDetails({ linkOptions, customer }: Request<"createLink">): {
  readonly recipient_details?: object;
} {
  const known = linkOptions?.recipient;
  if (known?.phoneNumber !== undefined) throw unsupported("recipient.phone_number");
  if (known?.country !== undefined) throw unsupported("recipient.country");
  const details = {
    first_name: known?.firstName ?? customer?.firstName,
    last_name: known?.lastName ?? customer?.lastName,
    email: known?.email ?? customer?.email?.value,
    business_name: known?.businessName,
    doing_business_as: known?.doingBusinessAs,
    merchant_id: known?.connectorRecipientId,
  };
  const given = Object.entries(details).filter(([, value]) => value);
  return given.length > 0 ? { recipient_details: Object.fromEntries(given) } : {};
}
