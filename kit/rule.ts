import type { Connector } from "../src/connector/contract.ts";
import { maskPath } from "../src/connector/http/masking.ts";
import type { Fixture } from "./fixture.ts";
import type { FixtureRunner, RunResult } from "./fixture-runner.ts";
import type { WebhookFixture } from "./webhook-fixture.ts";

/** A connector under test. */
export interface Subject {
  readonly connector: Connector;
  /** Its folder; ends with a slash. */
  readonly folder: URL;
  /** Each fixture with its result when run as written. */
  readonly runs: readonly FixtureRun[];
  readonly webhooks: readonly WebhookFixture[];
  /** Fixtures that cannot be read, and why. */
  readonly unreadable: readonly string[];
  readonly runner: FixtureRunner;
}

/** A fixture and its result when run as written. */
export interface FixtureRun {
  readonly fixture: Fixture;
  readonly result: RunResult;
}

/** A rule that every connector must keep. */
export interface Rule {
  /** As a sentence about the connector. */
  readonly name: string;
  /** The problems, as sentences that say what to change. Empty if the rule is kept. */
  check(subject: Subject): Promise<readonly string[]> | readonly string[];
}

/** Runs an asynchronous function over items, a few at a time, and joins the results in order. */
export async function mapConcurrently<T, R>(
  items: readonly T[],
  run: (item: T) => Promise<readonly R[]>,
): Promise<readonly R[]> {
  const results: (readonly R[])[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await run(item);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return results.flat();
}

/**
 * The first item of each key. Many fixtures make the same call; checking one of each finds the same problems, and keeps the
 * kit fast.
 */
export function firstOfEach<T>(items: readonly T[], key: (item: T) => string): readonly T[] {
  const first = new Map<string, T>();
  for (const item of items) {
    const name = key(item);
    if (!first.has(name)) first.set(name, item);
  }
  return [...first.values()];
}

/** Identifies a call of an operation: the same for every fixture that makes it at this point. */
export function callKey({ operation, lookup, calls }: Fixture, index: number): string {
  const made = calls.slice(0, index + 1).map(({ request }) => `${request.method} ${maskPath(request.path)}`);
  return [operation, lookup, ...made].join(" ");
}
