import { describe, expect, it } from "vitest";
import { resendWaitMs } from "./lookup.ts";

const startedAtMs = Date.UTC(2026, 10, 20);
const minutes = (count: number) => count * 60_000;

function waitMs(nowMinutes: number, lastTriedMinutes?: number): number {
  const lastTriedAtMs = lastTriedMinutes === undefined ? undefined : startedAtMs + minutes(lastTriedMinutes);
  const now = () => startedAtMs + minutes(nowMinutes);
  return resendWaitMs({ startedAtMs, lastTriedAtMs, now }, minutes(6));
}

describe("the wait before a request is sent again", () => {
  it.each([
    ["at once", 0.1, undefined, minutes(5.9)],
    ["before the first request's time is over", 5.9, 5, minutes(0.1)],
    ["when they are over, for the first who tries", 6, 5.9, 0],
    ["for the second who tries", 7, 6, minutes(11)],
    ["while the first request may be in progress", 12.1, 7, minutes(5.9)],
    ["when that is over too", 18.5, 17, 0],
    ["for a try after a day, in a period for sending", 24 * 60 + 6, 1, 0],
    ["for a try after a day, in one for waiting", 24 * 60, 1, minutes(6)],
    ["where the clock was put back", -1, undefined, minutes(7)],
  ])("%s", (_, nowMinutes, lastTriedMinutes, expected) => {
    expect(waitMs(nowMinutes, lastTriedMinutes)).toBeCloseTo(expected, -2);
  });

  it("keeps any two that are sent five minutes apart, however often callers try", () => {
    for (const everySeconds of [1, 7, 45, 200, 355, 361, 700, 1900]) {
      const sent = [0];
      for (let at = everySeconds / 60, last = 0; at < 24 * 60; last = at, at += everySeconds / 60) {
        if (waitMs(at, last) === 0) sent.push(at);
      }
      const gaps = sent.slice(1).map((at, index) => at - (sent[index] as number));
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(5);
      expect(sent.length).toBeGreaterThan(10);
    }
  });
});
