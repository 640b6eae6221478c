import type { Fixture } from "../fixture.ts";
import { inTurns, type Rule } from "../rule.ts";

/** An id from a caller must not turn one request into another. */
export const paths: Rule = {
  name: "writes ids into paths so that they stay ids",
  check: ({ player, played }) =>
    inTurns(
      played.filter(({ fixture }) => idsOf(fixture).length > 0 && fixture.calls.length > 0),
      async ({ fixture }) => {
        const { requests } = await player.play(withIds(fixture));
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

function idsOf(fixture: Fixture): readonly string[] {
  const ids = [fixture.request.connector_payout_id, fixture.context.payout?.connectorPayoutId];
  return ids.filter((id) => typeof id === "string");
}

function withIds(fixture: Fixture): Fixture {
  const { request, context } = fixture;
  return {
    ...fixture,
    request:
      request.connector_payout_id === undefined ? request : { ...request, connector_payout_id: hostileId },
    context: context.payout?.connectorPayoutId
      ? { ...context, payout: { ...context.payout, connectorPayoutId: hostileId } }
      : context,
  };
}
