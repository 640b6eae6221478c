import { isDeepStrictEqual } from "node:util";
import type { Operation } from "../../src/connector/contract.ts";
import type { Fixture } from "../fixture.ts";
import type { RunResult } from "../fixture-runner.ts";
import type { SeenRequest } from "../playback.ts";
import { type FixtureRun, mapConcurrently, type Rule, type Subject } from "../rule.ts";

/** A request that is sent again must be the same, or the provider takes it for a second one. */
export const sameWhenResent: Rule = {
  name: "sends the same bytes when an attempt is sent again",
  check: (subject) =>
    mapConcurrently(effectful(subject), async ({ fixture, result }) => {
      const again = await subject.runner.run(later(fixture));
      const [first, second] = [effects(result), effects(again)];
      const index = first.findIndex((request, at) => !isDeepStrictEqual(request, second[at]));
      if (index === -1 && first.length === second.length) return [];
      return [
        `${fixture.file}: sent again an hour later, its request ${index + 1} differs. Use startedAtMs and idempotencyKey, never now() or attempt, in requests.`,
      ];
    }),
};

/** If the provider honours keys, every request that changes something carries one, derived from ours. */
export const keyed: Rule = {
  name: "carries a key of the attempt's on every request that changes something",
  check: (subject) =>
    mapConcurrently(effectful(subject), async ({ fixture, result }) => {
      const other = await subject.runner.run(withOtherKey(fixture));
      const [first, second] = [effects(result), effects(other)];
      return result.effects.flatMap((effect, index) => {
        const request = result.requests[index];
        if (effect === "read" || !request) return [];
        const name = `${fixture.file}: ${request.method} ${request.path}`;
        if (effect === "once") return [`${name} is sent as "once". Give it a key and effect: "keyed".`];
        const position = result.effects.slice(0, index).filter((each) => each !== "read").length;
        const differs = !isDeepStrictEqual(first[position], second[position]);
        return differs ? [] : [`${name} carries no key made from idempotencyKey.`];
      });
    }),
};

/** No intent is persisted for a request declared as a read, and losing its reply counts as no effect. */
export const declaredEffects: Rule = {
  name: "declares the requests that change something",
  check: ({ runs }) =>
    changing.flatMap((operation) => {
      const own = runs.filter(
        ({ fixture }) => fixture.operation === operation && fixture.reply && !fixture.lookup,
      );
      const hasCalls = own.some(({ fixture }) => fixture.calls.length > 0);
      const declares = own.some(({ result }) => effects(result).length > 0);
      return !hasCalls || declares
        ? []
        : [
            `${operation}: it sends only reads. Give the request that changes something effect: "keyed" or "once".`,
          ];
    }),
};

const changing: readonly Operation[] = [
  "create",
  "transfer",
  "void",
  "createLink",
  "createRecipient",
  "enrollDisburseAccount",
];

/** Fixtures that change something at a provider that honours keys. */
function effectful({ connector, runs }: Subject): readonly FixtureRun[] {
  if (!("windowMs" in connector.idempotency)) return [];
  return runs.filter(({ result }) => effects(result).length > 0);
}

function effects({ requests, effects: declared }: RunResult): readonly SeenRequest[] {
  return requests.filter((_, index) => declared[index] !== "read").map(withoutHost);
}

/** Each run has a port of its own. */
function withoutHost({ headers, ...request }: SeenRequest): SeenRequest {
  const { host: _, ...others } = headers;
  return { ...request, headers: others };
}

function later(fixture: Fixture): Fixture {
  const { context } = fixture;
  const nowMs = Date.parse(context.now ?? context.startedAt) + 3_600_000;
  return {
    ...fixture,
    context: { ...context, attempt: context.attempt + 1, now: new Date(nowMs).toISOString() },
  };
}

function withOtherKey(fixture: Fixture): Fixture {
  return { ...fixture, context: { ...fixture.context, idempotencyKey: "fedcba9876543210".repeat(4) } };
}
