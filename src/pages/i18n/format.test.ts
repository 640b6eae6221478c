import { expect, it } from "vitest";
import { businessDaysAfter, distance, formatAmount, formatArrival, moment } from "./format.ts";

const plain = (text: string) => text.replace(/[\u00a0\u202f\u2009]/g, " ");

it.each<[bigint, string, string, string]>([
  [123456n, "USD", "en-US", "$1,234.56"],
  [123456n, "USD", "en-GB", "US$1,234.56"],
  [123456n, "EUR", "de-DE", "1.234,56 €"],
  [1050n, "JPY", "en-US", "¥1,050"],
  [1050n, "KWD", "en-US", "KWD 1.050"],
  [5n, "USD", "fr-CA", "0,05 $ US"],
  [123456789012345678901n, "USD", "en-US", "$1,234,567,890,123,456,789.01"],
])("%d minor units of %s in %s are %s", (amountMinor, currency, locale, expected) => {
  expect(plain(formatAmount(amountMinor, currency, locale))).toBe(expected);
});

const at = (text: string) => Date.parse(`${text}Z`);

it.each<[string, number, string]>([
  ["2026-11-20T23:59", 0, "2026-11-20"],
  ["2026-11-20T23:59", 1, "2026-11-23"],
  ["2026-11-20T10:00", 3, "2026-11-25"],
  ["2026-11-21T10:00", 0, "2026-11-23"],
  ["2026-11-21T10:00", 1, "2026-11-23"],
  ["2026-11-22T10:00", 2, "2026-11-24"],
  ["2026-12-31T10:00", 5, "2027-01-07"],
])("business days after %s: %d is %s", (start, days, expected) => {
  expect(new Date(businessDaysAfter(at(start), days)).toISOString().slice(0, 10)).toBe(expected);
});

it("an arrival is one day, or from one to another", () => {
  expect(formatArrival(at("2026-11-20T10:00"), [1, 1], "en-US")).toBe("November 23, 2026");
  expect(plain(formatArrival(at("2026-11-20T10:00"), [1, 3], "en-US"))).toBe("November 23 – 25, 2026");
});

it("a time is in UTC until the page's script knows better, and its distance is rounded down", () => {
  expect(String(moment(at("2026-11-27T14:05"), "en-GB"))).toBe(
    '<time datetime="2026-11-27T14:05:00.000Z" data-local>27 November 2026 at 14:05 UTC</time>',
  );
  const now = at("2026-11-20T10:00");
  expect(distance(at("2026-11-27T09:59"), now, "en")).toBe("in 6 days");
  expect(distance(at("2026-11-21T12:30"), now, "en")).toBe("in 26 hours");
  expect(distance(at("2026-11-20T10:00"), now, "en")).toBe("in 1 minute");
});
