import { type Failure, missingField, PayoutMethodKind } from "../../src/connector/contract.ts";
import { type LinkOptions, RecipientKind } from "../../src/gen/sluice/v1/link_pb.ts";
import { CountryAlpha2, type PayoutAddress } from "../../src/gen/types/address_pb.ts";
import type { Customer } from "../../src/gen/types/customer_pb.ts";
import { PayoutEnums_PayoutRecipientType as RecipientType } from "../../src/gen/types/payout_pb.ts";

/** The recipient, as far as the caller or the recipient has given details. */
export interface Recipient {
  readonly email: string | undefined;
  /** ISO 3166-1 alpha-2. */
  readonly country: string | undefined;
  readonly entityType: EntityType | undefined;
  readonly firstName: string | undefined;
  readonly lastName: string | undefined;
  readonly businessName: string | undefined;
  readonly doingBusinessAs: string | undefined;
  readonly phone: string | undefined;
  readonly methods: readonly PayoutMethodKind[];
}

/** A recipient with the details that Stripe needs for an account. */
export interface KnownRecipient extends Recipient {
  readonly email: string;
  readonly country: string;
}

export type EntityType = "company" | "government_entity" | "individual" | "non_profit";

/** The fields of a request that can name the recipient. */
export interface RecipientSource {
  readonly address?: PayoutAddress | undefined;
  readonly customer?: Customer | undefined;
  readonly linkOptions?: LinkOptions | undefined;
  readonly recipientType?: RecipientType | undefined;
}

/** Reads the recipient: from link_options first, then the customer, then the billing address. */
export function readRecipient({ address, customer, linkOptions, recipientType }: RecipientSource): Recipient {
  const prefill = linkOptions?.recipient;
  const billing = address?.billingAddress;
  return {
    email: prefill?.email || customer?.email?.value || billing?.email?.value || undefined,
    country: prefill?.country?.toUpperCase() || countryCode(billing?.countryAlpha2Code),
    entityType: entityTypes[recipientType ?? 0] ?? kinds[linkOptions?.recipientKind ?? 0],
    firstName: prefill?.firstName || customer?.firstName || billing?.firstName?.value || undefined,
    lastName: prefill?.lastName || customer?.lastName || billing?.lastName?.value || undefined,
    businessName: prefill?.businessName || undefined,
    doingBusinessAs: prefill?.doingBusinessAs || undefined,
    phone: prefill?.phoneNumber || customer?.phoneNumber?.value || undefined,
    methods: linkOptions?.allowedMethods ?? [],
  };
}

/** Whether an account can be created for them. */
export function isKnown(recipient: Recipient): recipient is KnownRecipient {
  return recipient.email !== undefined && recipient.country !== undefined;
}

/** The failure for a recipient without the details that an account needs. */
export function missingRecipient(recipient: Recipient): Failure {
  return recipient.email === undefined
    ? missingField("customer.email", "Write the recipient's e-mail address: Stripe asks for one.")
    : missingField(
        "address.billing_address.country_alpha2_code",
        "Write the recipient's country: Stripe asks for one, and it cannot be changed later.",
      );
}

/** A country as Stripe writes it; undefined where it is unspecified. */
export function countryCode(country: CountryAlpha2 | undefined): string | undefined {
  return country ? countries.get(country) : undefined;
}

const countries = new Map<number, string>(
  Object.entries(CountryAlpha2).map(([name, number]) => [number, name]),
);

const entityTypes: Readonly<Record<number, EntityType>> = {
  [RecipientType.INDIVIDUAL]: "individual",
  [RecipientType.PERSONAL]: "individual",
  [RecipientType.NATURAL_PERSON]: "individual",
  [RecipientType.COMPANY]: "company",
  [RecipientType.BUSINESS]: "company",
  [RecipientType.NON_PROFIT]: "non_profit",
  [RecipientType.PUBLIC_SECTOR]: "government_entity",
};

const kinds: Readonly<Record<number, EntityType>> = {
  [RecipientKind.PERSONAL]: "individual",
  [RecipientKind.BUSINESS]: "company",
};

/** How recipients can be paid with Global Payouts, and the capability that each needs. */
export const methodCapabilities: ReadonlyMap<PayoutMethodKind, "ach" | "cards" | "fps" | "sepa"> = new Map([
  [PayoutMethodKind.US_BANK, "ach"],
  [PayoutMethodKind.UK_BANK, "fps"],
  [PayoutMethodKind.IBAN, "sepa"],
  [PayoutMethodKind.CARD, "cards"],
]);

/**
 * A short hash of a recipient, as part of the idempotency key that creates their account: a corrected e-mail or country makes
 * another request. It only tells requests apart and hides nothing; e-mail addresses themselves do not belong in keys.
 */
export function recipientHash({ email, country }: Pick<KnownRecipient, "email" | "country">): string {
  let hash = 0x811c9dc5;
  for (const character of `${email.toLowerCase()} ${country}`) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return (hash >>> 0).toString(36);
}
