import { isDeepStrictEqual } from "node:util";
import { hasClaimForm } from "../../src/connector/capability.ts";
import type { Fixture } from "../fixture.ts";
import type { RunResult } from "../fixture-runner.ts";
import { type FixtureRun, mapConcurrently, type Rule } from "../rule.ts";

/** An option that is listed as honoured and not sent would be dropped silently. */
export const options: Rule = {
  name: "sends every link option that it lists",
  check: ({ connector, runs, runner }) => {
    const { createLink, linkOptions = [], openLink, hosts } = connector;
    // Options of links that open on our page are honoured there.
    if (!createLink || !hosts || openLink || hasClaimForm(connector)) return [];
    return mapConcurrently(linkOptions, async (option) => {
      const setting = runs.filter((each) => sets(each, option));
      if (setting.length === 0)
        return [`linkOptions: write a fixture of createLink that sets link_options.${option}.`];
      for (const { fixture, result } of setting) {
        const without = await runner.run(withoutOption(fixture, option));
        if (!isDeepStrictEqual(sent(result), sent(without))) return [];
      }
      return [`linkOptions: ${option} does not change any request. Send it, or do not list it.`];
    });
  },
};

function sets({ fixture }: FixtureRun, option: string): boolean {
  const isSent = fixture.operation === "createLink" && !fixture.lookup && Boolean(fixture.reply);
  return isSent && Object.hasOwn(optionsOf(fixture), option);
}

function optionsOf({ request }: Fixture): Readonly<Record<string, unknown>> {
  return (request.link_options ?? {}) as Readonly<Record<string, unknown>>;
}

function withoutOption(fixture: Fixture, option: string): Fixture {
  const { [option]: _, ...others } = optionsOf(fixture);
  return { ...fixture, request: { ...fixture.request, link_options: others } };
}

function sent({ requests }: RunResult): readonly object[] {
  return requests.map(({ method, path, query, body }) => ({ method, path, query, body }));
}
