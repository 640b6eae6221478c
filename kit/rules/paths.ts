import { idsOf, withIds } from "../fixture-ids.ts";
import { inTurns, type Rule } from "../rule.ts";

/** An id from a caller must not turn one request into another. */
export const paths: Rule = {
  name: "writes ids into paths so that they stay ids",
  check: ({ player, played }) =>
    inTurns(
      played.filter(({ fixture }) => idsOf(fixture).length > 0 && fixture.calls.length > 0),
      async ({ fixture }) => {
        const { requests } = await player.play(withIds(fixture, hostileId));
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
