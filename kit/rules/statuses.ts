import type { JsonValue } from "@bufbuild/protobuf";
import type { Connector } from "../../src/connector/contract.ts";
import { PayoutEnums_PayoutStatus } from "../../src/gen/types/payout_pb.ts";
import { type FixtureCall, stepOf } from "../fixture.ts";
import type { FixtureRunner, RunResult } from "../fixture-runner.ts";
import { everyValue, type JsonPath, withValue } from "../json-paths.ts";
import { type FixtureRun, mapConcurrently, type Rule, type Subject } from "../rule.ts";

/** An unknown status is not a failed payment. */
export const unknownStatus: Rule = {
  name: "answers UNSPECIFIED and warns when the provider names a status that it does not know",
  check: async (subject) => {
    const verdicts = await mapConcurrently(statusPlaces(subject), async (spot) => [
      await judgeUnknown(subject.runner, spot),
    ]);
    const wrong = verdicts.flatMap(({ spot, problem }) =>
      problem
        ? [`${spot.each.fixture.file}: for an unknown ${spot.path.join(".")} it answers ${problem}.`]
        : [],
    );
    return [...wrong, ...insensitiveFixtures(verdicts)].map(
      (problem) => `${problem} Read statuses with readStatus.`,
    );
  },
};

interface Verdict {
  readonly spot: Spot;
  /** Whether the unknown status came out as UNSPECIFIED, with a warning. */
  readonly recognised: boolean;
  readonly problem?: string;
}

async function judgeUnknown(runner: FixtureRunner, spot: Spot): Promise<Verdict> {
  const result = await playStatus(runner, spot, unknown);
  const status = statusOf(result);
  const warned = result.warnings.length > 0;
  if (warned && isLeftAlone(spot, result)) return { spot, recognised: true };
  if (status === undefined) return { spot, recognised: false, problem: `a ${result.outcome.kind}` };
  if (status === unspecified)
    return warned ? { spot, recognised: true } : { spot, recognised: false, problem: "without a warning" };
  const unchanged = status === statusOf(spot.each.result);
  return unchanged ? { spot, recognised: false } : { spot, recognised: false, problem: status };
}

/** An unknown status may be a payment in progress: a `void` is right to leave it alone and to say so. */
function isLeftAlone({ each }: Spot, { outcome }: RunResult): boolean {
  const isRefusal = outcome.kind === "refusal" && outcome.refusal.reason === "NOT_CANCELABLE";
  return isRefusal && each.fixture.operation === "void";
}

/** A `get` that no unknown status reaches takes unknown ones for known. */
function insensitiveFixtures(verdicts: readonly Verdict[]): readonly string[] {
  const answered = new Set(
    verdicts
      .filter(({ recognised, problem }) => recognised || problem)
      .map(({ spot }) => spot.each.fixture.file),
  );
  const gets = verdicts.map(({ spot }) => spot.each.fixture).filter(({ operation }) => operation === "get");
  return [...new Set(gets.map(({ file }) => file))]
    .filter((file) => !answered.has(file))
    .map((file) => `${file}: an unknown status gives the same answer as a known one.`);
}

/** Every row of the table is used. */
export const declaredStatuses: Rule = {
  name: "reaches every status of its table",
  check: async (subject) => {
    const { connector, runs, runner } = subject;
    const seen = new Set(
      runs
        .flatMap(({ fixture }) => fixture.calls.flatMap((call) => everyValue(call.reply?.json)))
        .map(({ value }) => value),
    );
    const rest = Object.keys(connector.statuses).filter((status) => !seen.has(status));
    const places = statusPlaces(subject);
    if (places.length === 0) return [];
    return mapConcurrently(rest, async (status) => {
      const wanted = statusName(connector.statuses[status] ?? 0);
      for (const spot of places) {
        const result = await playStatus(runner, spot, status);
        if (result.warnings.length === 0 && statusOf(result) === wanted) return [];
      }
      return [
        `statuses.${status}: no fixture answers ${wanted} for it. Remove it, or write a fixture that reaches it.`,
      ];
    });
  },
};

/** A provider's status inside the reply of a fixture's call. */
interface Spot {
  readonly each: FixtureRun;
  readonly callIndex: number;
  readonly path: JsonPath;
}

function statusPlaces({ connector, runs }: Subject): readonly Spot[] {
  return runs
    .filter(({ fixture, result }) => fixture.reply && result.outcome.kind === "reply")
    .flatMap((each) =>
      each.fixture.calls.flatMap((call, callIndex) =>
        everyValue(call.reply?.json)
          .filter(({ path, value }) => isStatus(connector, path, value))
          .map(({ path }) => ({ each, callIndex, path })),
      ),
    );
}

function isStatus(connector: Connector, path: JsonPath, value: unknown): boolean {
  const name = path.findLast((part) => typeof part === "string") ?? "";
  return (
    typeof value === "string" && Object.hasOwn(connector.statuses, value) && /stat(us|e)/i.test(String(name))
  );
}

function playStatus(
  runner: FixtureRunner,
  { each, callIndex, path }: Spot,
  status: string,
): Promise<RunResult> {
  const steps = each.fixture.calls.map((call, index) =>
    stepOf(index === callIndex ? changed(call, path, status) : call),
  );
  return runner.run(each.fixture, steps);
}

function changed(call: FixtureCall, path: JsonPath, value: unknown): FixtureCall {
  return call.reply
    ? { ...call, reply: { ...call.reply, json: withValue(call.reply.json, path, value) } }
    : call;
}

/** The payout status that a performance answered, by name; undefined where it did not reply. */
export function statusOf({ outcome }: RunResult): string | undefined {
  if (outcome.kind !== "reply") return undefined;
  const reply = outcome.reply as Record<string, JsonValue> | undefined;
  return typeof reply?.payout_status === "string" ? reply.payout_status : unspecified;
}

function statusName(status: PayoutEnums_PayoutStatus): string {
  return Object.entries(PayoutEnums_PayoutStatus).find(([, number]) => number === status)?.[0] ?? unspecified;
}

const unspecified = "PAYOUT_STATUS_UNSPECIFIED";
const unknown = "a_status_that_does_not_exist";
