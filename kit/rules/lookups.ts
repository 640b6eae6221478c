import { isDeepStrictEqual } from "node:util";
import type { Fixture, FixtureOperation } from "../fixture.ts";
import type { SeenRequest } from "../playback.ts";
import { type FixtureRun, mapConcurrently, type Rule, type Subject } from "../rule.ts";

/** A result that is found is taken for the attempt's own, and if none is found the attempt is sent again: both must be right. */
export const lookups: Rule = {
  name: "looks up the result of an unanswered attempt, by its key and not too early",
  check: async (subject) => {
    if (!("lookup" in subject.connector.idempotency)) return [];
    const once = sentOnce(subject);
    const own = subject.runs.filter(({ fixture }) => fixture.lookup && once.has(fixture.operation));
    return [
      ...missing(once, own),
      ...(await mapConcurrently(own.filter(hasFound), (each) => foundByOthers(subject, each))),
      ...(await mapConcurrently(own.filter(hasNothing), (each) => tooEarly(subject, each))),
    ];
  },
};

/** The operations with a request that must not be repeated. */
function sentOnce({ runs }: Subject): ReadonlySet<FixtureOperation> {
  const sending = runs.filter(({ fixture, result }) => {
    return !fixture.lookup && result.effects.includes("once");
  });
  return new Set(sending.map(({ fixture }) => fixture.operation));
}

function hasFound({ fixture }: FixtureRun): boolean {
  return Boolean(fixture.reply);
}

function hasNothing({ fixture }: FixtureRun): boolean {
  return fixture.reply === null;
}

function missing(once: ReadonlySet<FixtureOperation>, own: readonly FixtureRun[]): readonly string[] {
  return [...once].flatMap((operation) => {
    const lookup = own.filter(({ fixture }) => fixture.operation === operation);
    return [
      ...(lookup.some(hasFound)
        ? []
        : [
            `Write fixtures/${operation}.found.json with "lookup": true: the result of an unanswered ${operation} is found.`,
          ]),
      ...(lookup.some(hasNothing)
        ? []
        : [
            `Write fixtures/${operation}.nothing-made.json with "lookup": true and "reply": null: it made nothing, for certain.`,
          ]),
    ];
  });
}

/** The lookup of another attempt sends another request, or does not find this attempt's result. */
async function foundByOthers({ runner }: Subject, each: FixtureRun): Promise<readonly string[]> {
  const { fixture, result } = each;
  const other = await runner.run(withContext(fixture, { idempotencyKey: "fedcba9876543210".repeat(4) }));
  const sendsAnother = !isDeepStrictEqual(withoutHeaders(result.requests), withoutHeaders(other.requests));
  const finds = other.outcome.kind === "reply" && other.outcome.reply !== undefined;
  return sendsAnother || !finds
    ? []
    : [
        `${fixture.file}: another attempt finds it too, and would take it for its own. Send context.idempotencyKey along where the provider keeps it, and compare it.`,
      ];
}

/** A request that was just sent may still be in progress. */
async function tooEarly({ runner }: Subject, { fixture }: FixtureRun): Promise<readonly string[]> {
  const { startedAt } = fixture.context;
  const now = new Date(Date.parse(startedAt) + 1000).toISOString();
  const { outcome } = await runner.run(withContext(fixture, { now, lastTriedAt: startedAt }));
  return outcome.kind === "failure" && outcome.failure.reason === "OUTCOME_UNKNOWN"
    ? []
    : [
        `${fixture.file}: a second after the first try it is certain already that nothing was made. Throw OUTCOME_UNKNOWN while resendWaitMs(context, …) is above 0.`,
      ];
}

function withoutHeaders(requests: readonly SeenRequest[]): readonly object[] {
  return requests.map(({ method, path, query, body }) => ({ method, path, query, body }));
}

function withContext(fixture: Fixture, changes: Partial<Fixture["context"]>): Fixture {
  return { ...fixture, context: { ...fixture.context, ...changes } };
}
