import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRetryBudget, type RetryState, retryDelayMs } from "./retry.ts";
import type { TryResult } from "./try.ts";

const reply = (status: number): TryResult => ({ kind: "reply", status, headers: {}, text: "" });
const lost = (
  why: "refused" | "timeout" | "deadline" | "reset" | "unreadable",
  sent: boolean,
): TryResult => ({
  kind: "lost",
  why,
  sent,
  cause: new Error(why),
});
const state: RetryState = {
  result: reply(503),
  effect: "keyed",
  tries: 1,
  maxRetries: 2,
  lastDelayMs: 0,
  retryAfterMs: undefined,
  remainingMs: 10_000,
};
const repeats = (change: Partial<RetryState>) => retryDelayMs({ ...state, ...change }) !== undefined;

describe("retryDelayMs", () => {
  it("never repeats a request without a key once it may have left, whatever came back", () => {
    const sent = fc.oneof(
      fc.integer({ min: 100, max: 599 }).map(reply),
      fc.constantFrom("timeout", "deadline", "reset", "unreadable").map((why) => lost(why as "reset", true)),
    );
    fc.assert(
      fc.property(
        sent,
        fc.integer({ min: 1, max: 3 }),
        (result, tries) => !repeats({ result, tries, effect: "once" }),
      ),
    );
  });

  it("never waits beyond two seconds or the deadline", () => {
    fc.assert(
      fc.property(
        fc.nat(10_000),
        fc.option(fc.nat(10_000), { nil: undefined }),
        fc.nat(3_000),
        (remainingMs, retryAfterMs, lastDelayMs) => {
          const delay = retryDelayMs({ ...state, remainingMs, retryAfterMs, lastDelayMs });
          return (
            delay === undefined || (delay <= 2_000 && delay < remainingMs && delay >= (retryAfterMs ?? 25))
          );
        },
      ),
    );
  });

  it.each<[string, Partial<RetryState>, boolean]>([
    ["429", { result: reply(429) }, true],
    ["502", { result: reply(502) }, true],
    ["504 of a read", { result: reply(504), effect: "read" }, true],
    ["500", { result: reply(500) }, false],
    ["200", { result: reply(200) }, false],
    ["409", { result: reply(409) }, false],
    ["a reset", { result: lost("reset", true) }, true],
    ["a timeout", { result: lost("timeout", true) }, false],
    ["a refused connection", { result: lost("refused", false), effect: "once" }, true],
    ["a second refused connection", { result: lost("refused", false), tries: 2 }, false],
    ["a deadline passed before sending", { result: lost("deadline", false) }, false],
    ["the third try", { tries: 3 }, false],
    ["the second try", { tries: 2 }, true],
  ])("decides about %s", (_name, change, expected) => {
    expect(repeats(change)).toBe(expected);
  });
});

it("saves ten retries, and earns one with ten requests", () => {
  const budget = createRetryBudget();
  const spend = () => Array.from({ length: 30 }, () => budget.withdraw()).filter(Boolean).length;
  expect(spend()).toBe(10);
  for (let request = 0; request < 21; request++) budget.deposit();
  expect(spend()).toBe(2);
  for (let request = 0; request < 1_000; request++) budget.deposit();
  expect(spend()).toBe(10);
});
