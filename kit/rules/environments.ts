import type { Rule } from "../rule.ts";

/** A test key that goes to the live host is a secret given away, and a live one on the test host pays nobody. */
export const environments: Rule = {
  name: "tells test credentials from live ones",
  check: ({ connector, played }) => {
    const { hosts, environment, credentials } = connector;
    if (!hosts || hosts.live === hosts.test) return [];
    if (!environment)
      return ["Write environment: ({ environment }) => environment, or all credentials go to the live host."];
    const led = new Set(played.map(({ fixture }) => environment(credentials.parse(fixture.credentials))));
    return (["live", "test"] as const)
      .filter((name) => !led.has(name))
      .map(
        (name) =>
          `environment: no fixture has ${name} credentials. Write one that has, such as createLink.${name}.json.`,
      );
  },
};
