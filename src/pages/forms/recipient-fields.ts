import type {
  BusinessRecipient,
  PersonalRecipient,
  PostalAddress,
  Recipient,
} from "../../connector/claim.ts";
import type { Messages } from "../i18n/messages/messages.ts";
import type { Field, Values } from "./field.ts";
import { country, email } from "./field.ts";

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

/** How addresses are written in a country. */
export interface AddressForm {
  readonly region: keyof Messages["fields"] | undefined;
  readonly isRegionRequired: boolean;
  readonly postalCode: keyof Messages["fields"] | undefined;
  /** What a postal code must look like; without one it may be left out. */
  readonly postalPattern: RegExp | undefined;
  /** What regions there are, by the code that is sent: where it is undefined, the recipient writes it. */
  readonly regions: ReadonlyMap<string, string> | undefined;
}

/** How addresses are written in a country; the general form where it is not known. */
export function addressForm(country: string | undefined): AddressForm {
  return { ...general, ...(country && forms[country]) };
}

const general: AddressForm = {
  region: "region",
  isRegionRequired: false,
  postalCode: "postalCode",
  postalPattern: undefined,
  regions: undefined,
};

const noRegion = { region: undefined } as const;
const fourDigits = { ...noRegion, postalPattern: /^\d{4}$/ };
const fiveDigits = { ...noRegion, postalPattern: /^\d{5}$/ };
const withState = { region: "state", isRegionRequired: true } as const;

/** Where addresses differ from the general form. */
const forms: Readonly<Record<string, Partial<AddressForm>>> = {
  AE: { region: "region", postalCode: undefined },
  AT: fourDigits,
  AU: { ...withState, postalCode: "postcode", postalPattern: /^\d{4}$/ },
  BE: fourDigits,
  BR: { ...withState, postalPattern: /^\d{5}-?\d{3}$/ },
  CA: {
    region: "province",
    isRegionRequired: true,
    postalPattern: /^[A-Z]\d[A-Z] ?\d[A-Z]\d$/i,
    regions: regions(
      "AB Alberta|BC British Columbia|MB Manitoba|NB New Brunswick|NL Newfoundland and Labrador|NS Nova Scotia|NT Northwest Territories|NU Nunavut|ON Ontario|PE Prince Edward Island|QC Québec|SK Saskatchewan|YT Yukon",
    ),
  },
  CH: fourDigits,
  DE: fiveDigits,
  DK: fourDigits,
  ES: { region: "province", postalPattern: /^\d{5}$/ },
  FI: fiveDigits,
  FR: fiveDigits,
  GB: { region: "county", postalCode: "postcode", postalPattern: /^[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}$/i },
  HK: { postalCode: undefined },
  IE: { region: "county" },
  IN: { ...withState, postalPattern: /^\d{6}$/ },
  IT: { region: "province", postalPattern: /^\d{5}$/ },
  MX: { ...withState, postalPattern: /^\d{5}$/ },
  NL: { ...noRegion, postalPattern: /^\d{4} ?[A-Z]{2}$/i },
  NO: fourDigits,
  PL: { ...noRegion, postalPattern: /^\d{2}-?\d{3}$/ },
  PT: { ...noRegion, postalPattern: /^\d{4}-?\d{3}$/ },
  QA: { postalCode: undefined },
  SE: { ...noRegion, postalPattern: /^\d{3} ?\d{2}$/ },
  SG: { ...noRegion, postalPattern: /^\d{6}$/ },
  US: {
    ...withState,
    postalCode: "zipCode",
    postalPattern: /^\d{5}(-\d{4})?$/,
    regions: regions(
      "AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|DE Delaware|DC District of Columbia|FL Florida|GA Georgia|HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|KS Kansas|KY Kentucky|LA Louisiana|ME Maine|MD Maryland|MA Massachusetts|MI Michigan|MN Minnesota|MS Mississippi|MO Missouri|MT Montana|NE Nebraska|NV Nevada|NH New Hampshire|NJ New Jersey|NM New Mexico|NY New York|NC North Carolina|ND North Dakota|OH Ohio|OK Oklahoma|OR Oregon|PA Pennsylvania|PR Puerto Rico|RI Rhode Island|SC South Carolina|SD South Dakota|TN Tennessee|TX Texas|UT Utah|VT Vermont|VA Virginia|WA Washington|WV West Virginia|WI Wisconsin|WY Wyoming|AS American Samoa|GU Guam|MP Northern Mariana Islands|VI U.S. Virgin Islands|AA Armed Forces Americas|AE Armed Forces Europe|AP Armed Forces Pacific",
    ),
  },
};

function regions(list: string): ReadonlyMap<string, string> {
  return new Map(list.split("|").map((entry) => [entry.slice(0, 2), entry.slice(3)]));
}
