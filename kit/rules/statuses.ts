import type { JsonValue } from "@bufbuild/protobuf";
import type { Connector } from "../../src/connector/contract.ts";
import { PayoutEnums_PayoutStatus } from "../../src/gen/types/payout_pb.ts";
import { type FixtureCall, stepOf } from "../fixture.ts";
import { everyValue, type Place, withValue } from "../json-places.ts";
import type { Performance, Player } from "../player.ts";
import { inTurns, type PlayedFixture, type Rule, type Subject } from "../rule.ts";

/** A status that nobody has seen before is nobody's failure. */
export const unknownStatus: Rule = {
  name: "answers UNSPECIFIED and warns when the provider names a status that it does not know",
  check: async (subject) => {
    const verdicts = await inTurns(statusPlaces(subject), async (spot) => [
      await judgeUnknown(subject.player, spot),
    ]);
    const wrong = verdicts.flatMap(({ spot, problem }) =>
      problem
        ? [`${spot.each.fixture.file}: for an unknown ${spot.place.join(".")} it answers ${problem}.`]
        : [],
    );
    return [...wrong, ...deafFixtures(verdicts)].map(
      (problem) => `${problem} Read statuses with readStatus.`,
    );
  },
};

interface Verdict {
  readonly spot: Spot;
  /** Whether the unknown status came out as UNSPECIFIED, with a warning. */
  readonly heard: boolean;
  readonly problem?: string;
}

async function judgeUnknown(player: Player, spot: Spot): Promise<Verdict> {
  const performance = await playStatus(player, spot, unheardOf);
  const status = statusOf(performance);
  const warned = performance.warnings.length > 0;
  if (warned && isLeftAlone(spot, performance)) return { spot, heard: true };
  if (status === undefined) return { spot, heard: false, problem: `a ${performance.outcome.kind}` };
  if (status === unspecified)
    return warned ? { spot, heard: true } : { spot, heard: false, problem: "without a warning" };
  const unchanged = status === statusOf(spot.each.performance);
  return unchanged ? { spot, heard: false } : { spot, heard: false, problem: status };
}

/** What nobody knows may be a payment under way: a `void` does right to leave it alone, and says so. */
function isLeftAlone({ each }: Spot, { outcome }: Performance): boolean {
  const isRefusal = outcome.kind === "refusal" && outcome.refusal.reason === "NOT_CANCELABLE";
  return isRefusal && each.fixture.operation === "void";
}

/** A `get` that no unknown status reaches takes unknown ones for known. */
function deafFixtures(verdicts: readonly Verdict[]): readonly string[] {
  const settled = new Set(
    verdicts.filter(({ heard, problem }) => heard || problem).map(({ spot }) => spot.each.fixture.file),
  );
  const gets = verdicts.map(({ spot }) => spot.each.fixture).filter(({ operation }) => operation === "get");
  return [...new Set(gets.map(({ file }) => file))]
    .filter((file) => !settled.has(file))
    .map((file) => `${file}: an unknown status gives the same answer as a known one.`);
}

/** Every line of the table is used. */
export const declaredStatuses: Rule = {
  name: "reaches every status of its table",
  check: async (subject) => {
    const { connector, played, player } = subject;
    const seen = new Set(
      played
        .flatMap(({ fixture }) => fixture.calls.flatMap((call) => everyValue(call.reply?.json)))
        .map(({ value }) => value),
    );
    const rest = Object.keys(connector.statuses).filter((status) => !seen.has(status));
    const places = statusPlaces(subject);
    if (places.length === 0) return [];
    return inTurns(rest, async (status) => {
      const wanted = statusName(connector.statuses[status] ?? 0);
      for (const spot of places) {
        const performance = await playStatus(player, spot, status);
        if (performance.warnings.length === 0 && statusOf(performance) === wanted) return [];
      }
      return [
        `statuses.${status}: no fixture answers ${wanted} for it. Remove it, or write a fixture that reaches it.`,
      ];
    });
  },
};

/** A provider's status inside the reply of a fixture's call. */
interface Spot {
  readonly each: PlayedFixture;
  readonly callIndex: number;
  readonly place: Place;
}

function statusPlaces({ connector, played }: Subject): readonly Spot[] {
  return played
    .filter(({ fixture, performance }) => fixture.reply && performance.outcome.kind === "reply")
    .flatMap((each) =>
      each.fixture.calls.flatMap((call, callIndex) =>
        everyValue(call.reply?.json)
          .filter(({ place, value }) => isStatus(connector, place, value))
          .map(({ place }) => ({ each, callIndex, place })),
      ),
    );
}

function isStatus(connector: Connector, place: Place, value: unknown): boolean {
  const name = place.findLast((part) => typeof part === "string") ?? "";
  return (
    typeof value === "string" && Object.hasOwn(connector.statuses, value) && /stat(us|e)/i.test(String(name))
  );
}

function playStatus(player: Player, { each, callIndex, place }: Spot, status: string): Promise<Performance> {
  const steps = each.fixture.calls.map((call, index) =>
    stepOf(index === callIndex ? changed(call, place, status) : call),
  );
  return player.play(each.fixture, steps);
}

function changed(call: FixtureCall, place: Place, value: unknown): FixtureCall {
  return call.reply
    ? { ...call, reply: { ...call.reply, json: withValue(call.reply.json, place, value) } }
    : call;
}

/** The payout status that a performance answered, by name; undefined where it did not reply. */
export function statusOf({ outcome }: Performance): string | undefined {
  if (outcome.kind !== "reply") return undefined;
  const reply = outcome.reply as Record<string, JsonValue> | undefined;
  return typeof reply?.payout_status === "string" ? reply.payout_status : unspecified;
}

function statusName(status: PayoutEnums_PayoutStatus): string {
  return Object.entries(PayoutEnums_PayoutStatus).find(([, number]) => number === status)?.[0] ?? unspecified;
}

const unspecified = "PAYOUT_STATUS_UNSPECIFIED";
const unheardOf = "a_status_that_nobody_has_seen";
