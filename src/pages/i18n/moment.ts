import { type Html, html } from "../../web/html.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

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
