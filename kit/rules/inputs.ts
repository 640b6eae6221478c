import { type Fixture, idsOf, withIds } from "../fixture.ts";
import type { RunResult } from "../fixture-runner.ts";
import { type FixtureRun, mapConcurrently, type Rule } from "../rule.ts";

/** Large amounts are sent to the cent, or refused. */
export const amounts: Rule = {
  name: "loses no cents of large amounts",
  check: ({ runner, runs }) =>
    mapConcurrently(
      runs.filter(hasAmount).flatMap((each) => large.map((minorAmount) => ({ each, minorAmount }))),
      async ({ each: { fixture, result }, minorAmount }) => {
        const sentBefore = sent(result).includes(amountOf(fixture));
        const after = await runner.run(withAmount(fixture, minorAmount));
        const { outcome } = after;
        const refused = outcome.kind === "failure" && outcome.failure.reason === "INVALID_DATA_FORMAT";
        if (refused || !sentBefore || sent(after).includes(minorAmount)) return [];
        const hint = "Use safeMinorAmount or majorUnits.";
        return [`${fixture.file}: of the amount ${minorAmount} it sends another number. ${hint}`];
      },
    ),
};

/** The largest amount on the wire, and the smallest that a JSON number cannot hold. */
const large = ["9223372036854775807", "9007199254740993"];

function hasAmount({ fixture }: FixtureRun): boolean {
  return fixture.calls.length > 0 && amountOf(fixture) !== "";
}

function amountOf(fixture: Fixture): string {
  const amount = fixture.request.amount as { minor_amount?: string | number } | undefined;
  return String(amount?.minor_amount ?? "");
}

function withAmount(fixture: Fixture, minorAmount: string): Fixture {
  const amount = { ...(fixture.request.amount as object), minor_amount: minorAmount };
  return { ...fixture, request: { ...fixture.request, amount } };
}

/** Bodies and queries, without the point of major units. */
function sent({ requests }: RunResult): string {
  return requests
    .map(({ body, query }) => `${body} ${Object.values(query).join(" ")}`)
    .join("\n")
    .replaceAll(".", "");
}

/** An id from a caller must not turn one request into another. */
export const paths: Rule = {
  name: "writes ids into paths so that they stay ids",
  check: ({ runner, runs }) =>
    mapConcurrently(
      runs.filter(({ fixture }) => idsOf(fixture).length > 0 && fixture.calls.length > 0),
      async ({ fixture }) => {
        const { requests } = await runner.run(withIds(fixture, hostileId));
        const bent = requests.find((seen) => seen.path.includes(hostileId));
        return bent
          ? [
              `${fixture.file}: the id ${hostileId} became the path ${bent.path}. Write encodeURIComponent(id).`,
            ]
          : [];
      },
    ),
};

const hostileId = "id/sluice-bent";
