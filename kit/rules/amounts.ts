import type { Fixture } from "../fixture.ts";
import type { Performance } from "../player.ts";
import { inTurns, type PlayedFixture, type Rule } from "../rule.ts";

/** Large amounts are sent to the cent, or refused. */
export const amounts: Rule = {
  name: "loses no cents of large amounts",
  check: ({ player, played }) =>
    inTurns(
      played.filter(hasAmount).flatMap((each) => large.map((minorAmount) => ({ each, minorAmount }))),
      async ({ each: { fixture, performance }, minorAmount }) => {
        const sentBefore = sent(performance).includes(amountOf(fixture));
        const after = await player.play(withAmount(fixture, minorAmount));
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

function hasAmount({ fixture }: PlayedFixture): boolean {
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
function sent({ requests }: Performance): string {
  return requests
    .map(({ body, query }) => `${body} ${Object.values(query).join(" ")}`)
    .join("\n")
    .replaceAll(".", "");
}
