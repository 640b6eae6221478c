const DAY_MS = 24 * 60 * 60 * 1000;

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
