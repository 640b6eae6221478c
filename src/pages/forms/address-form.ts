import type { Messages } from "../i18n/messages/messages.ts";

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
