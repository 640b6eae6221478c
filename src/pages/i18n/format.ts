import { majorUnits } from "../../connector/contract.ts";
import { type Html, html } from "../../web/html.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

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

/** A point in time in words, in UTC. The page's script writes it in the reader's own time zone. */
export function moment(ms: number, locale: string): Html {
  const format = new Intl.DateTimeFormat(locale, {
    dateStyle: "long",
    timeStyle: "short",
    timeZone: "UTC",
  });
  const iso = new Date(ms).toISOString();
  return html`<time datetime="${iso}" data-local>${format.format(ms)} UTC</time>`;
}

/** How far away a point in time is: `in 6 days`. */
export function distance(ms: number, nowMs: number, locale: string): string {
  const format = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const leftMs = ms - nowMs;
  if (leftMs >= 2 * DAY_MS) return format.format(Math.floor(leftMs / DAY_MS), "day");
  if (leftMs >= 2 * HOUR_MS) return format.format(Math.floor(leftMs / HOUR_MS), "hour");
  return format.format(Math.max(1, Math.floor(leftMs / MINUTE_MS)), "minute");
}

/** The day on which business days have passed, as the start of the day in UTC, in milliseconds since 1970. Weekends do not count. */
export function businessDaysAfter(startMs: number, days: number): number {
  let dayMs = Math.floor(startMs / DAY_MS) * DAY_MS;
  for (let left = days; left > 0; left -= 1) dayMs = nextBusinessDay(dayMs + DAY_MS);
  return nextBusinessDay(dayMs);
}

/** When money arrives that was sent then: `23 – 25 November 2026`. */
export function formatArrival(
  sentAtMs: number,
  [earliest, latest]: readonly [number, number],
  locale: string,
): string {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone: "UTC" });
  return format.formatRange(businessDaysAfter(sentAtMs, earliest), businessDaysAfter(sentAtMs, latest));
}

function nextBusinessDay(dayMs: number): number {
  const weekday = new Date(dayMs).getUTCDay();
  if (weekday === 6) return dayMs + 2 * DAY_MS;
  return weekday === 0 ? dayMs + DAY_MS : dayMs;
}
