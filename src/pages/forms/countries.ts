import { CountryAlpha2 } from "../../gen/types/address_pb.ts";
import type { LanguageCode } from "../i18n/locale.ts";

/** ISO 3166-1 alpha-2 codes of every country that the wire has. */
export const countryCodes: readonly string[] = Object.keys(CountryAlpha2).filter((code) => code.length === 2);

/** A country in a list to choose from. */
export interface CountryName {
  readonly code: string;
  readonly name: string;
}

/** Every country by its name in a language, in that language's order. */
export function countryNames(language: LanguageCode): readonly CountryName[] {
  const known = names.get(language);
  if (known) return known;
  const display = new Intl.DisplayNames(language, { type: "region" });
  const { compare } = new Intl.Collator(language);
  const sorted = countryCodes
    .map((code) => ({ code, name: display.of(code) ?? code }))
    .toSorted((one, other) => compare(one.name, other.name));
  names.set(language, sorted);
  return sorted;
}

/** Kept, since making a list takes milliseconds and there are only so many languages. */
const names = new Map<LanguageCode, readonly CountryName[]>();
