import { majorUnits } from "../../connector/contract.ts";

/** An amount of minor units as readers of a locale write it. Exact, however large. */
export function formatAmount(amountMinor: bigint, currency: string, locale: string): string {
  const text = majorUnits(amountMinor, currency);
  const digits = text.split(".")[1]?.length ?? 0;
  // The number of digits is the currency's in ISO 4217, which what was asked for counts in; Intl knows others for some.
  const format = new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return format.format(text as `${number}`);
}

/** A currency's name: `US Dollar`. */
export function currencyName(currency: string, locale: string): string {
  return new Intl.DisplayNames(locale, { type: "currency" }).of(currency) ?? currency;
}
