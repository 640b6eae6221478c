import type {
  BusinessRecipient,
  PersonalRecipient,
  PostalAddress,
  Recipient,
} from "../../connector/claim.ts";
import type { Messages } from "../i18n/messages/messages.ts";
import { type AddressForm, addressForm } from "./address-form.ts";
import { country, email } from "./contact-fields.ts";
import type { Field, Values } from "./field.ts";

/** Fields that belong together, under one heading of `messages.claim`. */
export interface FieldGroup {
  readonly title: keyof Messages["claim"];
  readonly fields: readonly Field[];
}

/** Who can be paid, as the page asks it. */
export const recipientKinds = ["personal", "business"] as const;

/** A name in {@link recipientKinds}. */
export type RecipientKindName = (typeof recipientKinds)[number];

const name = (fieldName: "firstName" | "lastName", autocomplete: string): Field => ({
  name: fieldName,
  autocomplete,
  isShort: true,
  maxLength: 100,
});

const person: readonly Field[] = [
  name("firstName", "given-name"),
  name("lastName", "family-name"),
  { ...email, isOptional: true },
];

const business: readonly Field[] = [
  { name: "businessName", autocomplete: "organization", maxLength: 200 },
  { name: "doingBusinessAs", autocomplete: "off", isOptional: true, maxLength: 200 },
];

/** What is asked of a recipient, by kind, where they live in that country; and the countries that there are to choose from. */
export function recipientGroups(
  kind: RecipientKindName,
  countryCode: string | undefined,
  countries?: readonly string[],
): readonly FieldGroup[] {
  const fields = [country(countries), ...addressFields(addressForm(countryCode))];
  const address: FieldGroup = { title: "address", fields };
  if (kind === "personal") return [{ title: "you", fields: person }, address];
  return [{ title: "company", fields: business }, address, { title: "owner", fields: person }];
}

function addressFields(form: AddressForm): readonly Field[] {
  const { regions, postalPattern } = form;
  const region: Field = {
    name: "region",
    autocomplete: "address-level1",
    isOptional: !form.isRegionRequired,
    isShort: true,
    maxLength: 100,
    fault: (text) => (regions && !regions.has(text) ? "choose" : undefined),
  };
  const postalCode: Field = {
    name: "postalCode",
    autocomplete: "postal-code",
    isLatin: true,
    isOptional: postalPattern === undefined,
    isShort: true,
    maxLength: 20,
    tidy: (text) => text.toUpperCase(),
    fault: (text) => (postalPattern && !postalPattern.test(text) ? "postalCode" : undefined),
  };
  return [
    { name: "line1", autocomplete: "address-line1", maxLength: 200 },
    { name: "line2", autocomplete: "address-line2", isOptional: true, maxLength: 200 },
    { name: "city", autocomplete: "address-level2", maxLength: 100 },
    ...(form.region ? [region] : []),
    ...(form.postalCode ? [postalCode] : []),
  ];
}

/** The recipient whom values that have no fault describe. */
export function readRecipient(kind: RecipientKindName, values: Values): Recipient {
  const { firstName = "", lastName = "", email: address } = values;
  const somebody = { firstName, lastName, email: address };
  const recipient = { address: readAddress(values) };
  return kind === "personal"
    ? ({ kind, ...somebody, ...recipient } satisfies PersonalRecipient)
    : ({
        kind,
        businessName: values.businessName ?? "",
        doingBusinessAs: values.doingBusinessAs,
        controlOwner: somebody,
        ...recipient,
      } satisfies BusinessRecipient);
}

function readAddress(values: Values): PostalAddress {
  const { line1 = "", line2, city = "", region, postalCode, country: countryCode = "" } = values;
  return { line1, line2, city, region, postalCode, country: countryCode };
}

/** In whose name an account is. */
export function holderOf(recipient: Recipient): string {
  return recipient.kind === "business"
    ? recipient.businessName
    : `${recipient.firstName} ${recipient.lastName}`;
}
