import { operationNames } from "../../src/connector/validation.ts";
import type { Rule } from "../rule.ts";

/** Every operation has a fixture of success and one of refusal. */
export const coverage: Rule = {
  name: "has a fixture of success and of refusal for every operation",
  check: ({ connector, runs }) => {
    const supported = [...operationNames, "openLink" as const].filter((name) => connector[name]);
    const written = new Set(runs.map(({ fixture }) => fixture.operation));
    return [
      ...supported.flatMap((operation) => {
        const own = runs.filter(({ fixture }) => fixture.operation === operation && !fixture.lookup);
        const hasCalls = own.some(({ fixture }) => fixture.calls.length > 0);
        return [
          ...(own.some(({ fixture }) => fixture.reply)
            ? []
            : [`Write fixtures/${operation}.success.json: ${operation} has no fixture with a reply.`]),
          ...(!hasCalls || own.some(({ fixture }) => fixture.refusal)
            ? []
            : [`Write fixtures/${operation}.refused.json: ${operation} has no fixture with a refusal.`]),
        ];
      }),
      ...[...written]
        .filter((operation) => !connector[operation])
        .map((operation) => `There are fixtures for ${operation}, which the connector does not have.`),
    ];
  },
};

/** A test key sent to the live host is a leaked secret, and a live key on the test host pays no one. */
export const environments: Rule = {
  name: "tells test credentials from live ones",
  check: ({ connector, runs }) => {
    const { hosts, environment, credentials } = connector;
    if (!hosts || hosts.live === hosts.test) return [];
    if (!environment)
      return ["Write environment: ({ environment }) => environment, or all credentials go to the live host."];
    const led = new Set(runs.map(({ fixture }) => environment(credentials.parse(fixture.credentials))));
    return (["live", "test"] as const)
      .filter((name) => !led.has(name))
      .map(
        (name) =>
          `environment: no fixture has ${name} credentials. Write one that has, such as createLink.${name}.json.`,
      );
  },
};
