import { type Fixture, stepOf } from "../fixture.ts";
import { everyValue, type JsonPath, withValue } from "../json-paths.ts";
import type { Step } from "../playback.ts";
import { callKey, type FixtureRun, firstOfEach, mapConcurrently, type Rule } from "../rule.ts";
import { describeError } from "./exactness.ts";
import { statusOf } from "./statuses.ts";

/** Providers leave out, null and add fields without notice. */
export const tolerance: Rule = {
  name: "tolerates replies with fields missing, null or new",
  check: ({ runner, runs }) =>
    mapConcurrently(changedReplies(runs), async ({ each, index, what, json }) => {
      const { fixture } = each;
      const result = await runner.run(fixture, stepsWith(fixture, index, json));
      const { outcome } = result;
      const problem = `${fixture.file}: with ${what} in the reply of ${requestName(fixture, index)} it`;
      if (outcome.kind === "crash")
        return [`${problem} threw ${describeError(outcome.error)}. Read replies with readReply.`];
      const failed = statusOf(result) === "FAILED" && statusOf(each.result) !== "FAILED";
      return failed ? [`${problem} answers FAILED, which the provider did not say.`] : [];
    }),
};

interface ChangedReply {
  readonly each: FixtureRun;
  /** Of the call. */
  readonly index: number;
  /** A description of the change. */
  readonly what: string;
  readonly json: unknown;
}

function changedReplies(runs: readonly FixtureRun[]): readonly ChangedReply[] {
  const all = runs.flatMap((each) =>
    each.fixture.calls.flatMap(({ reply }, index) =>
      reply?.json === undefined ? [] : changes(reply.json).map((change) => ({ each, index, ...change })),
    ),
  );
  return firstOfEach(all, ({ each, index, what }) => {
    const kind = (each.fixture.calls[index]?.reply?.status ?? 200) < 300 ? "success" : "error";
    return `${callKey(each.fixture, index)} ${kind} ${what.replaceAll(/\d+/g, "0")}`;
  });
}

function stepsWith(fixture: Fixture, index: number, json: unknown): readonly Step[] {
  return fixture.calls.map((call, at) =>
    stepOf(at === index && call.reply ? { ...call, reply: { ...call.reply, json } } : call),
  );
}

function requestName({ calls }: Fixture, index: number): string {
  return `${calls[index]?.request.method} ${calls[index]?.request.path}`;
}

function changes(json: unknown): readonly { readonly what: string; readonly json: unknown }[] {
  const inner = everyValue(json).filter(({ path }) => path.length > 0);
  return [
    ...inner.flatMap(({ path }) => [
      { what: `${name(path)} null`, json: withValue(json, path, null) },
      { what: `${name(path)} missing`, json: withValue(json, path, undefined) },
    ]),
    ...[null, [], {}, "text", 7].map((whole) => ({
      what: `${JSON.stringify(whole)} as the whole`,
      json: whole,
    })),
    { what: "new fields", json: withNewFields(json) },
  ];
}

function name(path: JsonPath): string {
  return path.join(".");
}

function withNewFields(json: unknown): unknown {
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(json)) return json.map(withNewFields);
  const entries = Object.entries(json).map(([key, value]) => [key, withNewFields(value)]);
  return { ...Object.fromEntries(entries), a_new_field: { nested: ["value"] } };
}
