import { Failure, invalidField, PayoutMethodKind } from "../../src/connector/contract.ts";
import type { Branding, LinkItem } from "../../src/gen/sluice/v1/link_pb.ts";

/** Finix's names of how a recipient can be paid. */
const operationNames: ReadonlyMap<PayoutMethodKind, string> = new Map([
  [PayoutMethodKind.US_BANK, "PUSH_TO_ACH"],
  [PayoutMethodKind.CARD, "PUSH_TO_CARD"],
]);

/** How recipients can be paid. */
export const methods: readonly PayoutMethodKind[] = [...operationNames.keys()];

/**
 * `allowed_payout_operations`: everything that Finix has, if nothing is named.
 *
 * @throws Failure INVALID_DATA_FORMAT for a method that Finix has not.
 */
export function operations(allowed: readonly PayoutMethodKind[]): readonly string[] {
  const names = (allowed.length > 0 ? allowed : methods).map((method) => operationNames.get(method));
  if (names.every((name) => name !== undefined)) return [...new Set(names)];
  throw invalidField(
    "link_options.allowed_methods",
    "Finix pays to US bank accounts and cards: write PAYOUT_METHOD_KIND_US_BANK, PAYOUT_METHOD_KIND_CARD or both.",
  );
}

/**
 * `branding`.
 *
 * @throws Failure UNSUPPORTED_OPTION for the sender's name, which Finix takes from the account.
 */
export function branding(look: Branding): object {
  if (look.senderName !== undefined) throw unsupported("branding.sender_name");
  return {
    brand_color: look.brandColor,
    accent_color: look.accentColor,
    button_font_color: look.buttonTextColor,
    logo: look.logoUrl,
    icon: look.iconUrl,
    logo_alternative_text: look.logoAltText,
  };
}

/** `items`. Prices are of one, in the currency of the payout. */
export function items(lines: readonly LinkItem[], currency: string): readonly object[] {
  return lines.map((line, index) => ({
    name: line.name,
    description: line.description,
    quantity: line.quantity ?? 1,
    ...images(line, index),
    ...(line.minorAmount !== undefined && {
      price_details: { amount: price(line.minorAmount, index), currency },
    }),
  }));
}

function images({ imageUrl, alternativeImageUrls }: LinkItem, index: number) {
  if (imageUrl === undefined && alternativeImageUrls.length === 0) return {};
  if (imageUrl === undefined)
    throw invalidField(
      `link_options.items[${index}].image_url`,
      "Write the first image here, and only further ones in alternative_image_urls.",
    );
  return {
    image_details: {
      primary_image_url: imageUrl,
      ...(alternativeImageUrls.length > 0 && { alternative_image_urls: alternativeImageUrls }),
    },
  };
}

function price(minorAmount: bigint, index: number): number {
  if (minorAmount >= 0n && minorAmount <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(minorAmount);
  throw invalidField(
    `link_options.items[${index}].minor_amount`,
    `Write minor units from 0 to ${Number.MAX_SAFE_INTEGER}.`,
  );
}

/** A part of an option that Finix's API has no place for. */
export function unsupported(field: string): Failure {
  return new Failure(
    "UNSUPPORTED_OPTION",
    `finix does not support link_options.${field}. Leave it out or use another connector.`,
    { field: `link_options.${field}` },
  );
}
