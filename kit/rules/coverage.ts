import { operationNames } from "../../src/connector/validation.ts";
import type { Rule } from "../rule.ts";

/** Every operation has fixtures, for the yes and for the no. */
export const coverage: Rule = {
  name: "has a fixture for the yes and for the no of every operation",
  check: ({ connector, played }) => {
    const supported = [...operationNames, "openLink" as const].filter((name) => connector[name]);
    const written = new Set(played.map(({ fixture }) => fixture.operation));
    return [
      ...supported.flatMap((operation) => {
        const own = played.filter(({ fixture }) => fixture.operation === operation && !fixture.lookup);
        const asks = own.some(({ fixture }) => fixture.calls.length > 0);
        return [
          ...(own.some(({ fixture }) => fixture.reply)
            ? []
            : [`Write fixtures/${operation}.success.json: ${operation} has no fixture with a reply.`]),
          ...(!asks || own.some(({ fixture }) => fixture.refusal)
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
