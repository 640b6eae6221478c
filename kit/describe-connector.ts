import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Connector } from "../src/connector/contract.ts";
import { prepareSubject, rules } from "./check-connector.ts";
import type { Subject } from "./rule.ts";

/** Declares the tests that hold a connector to every rule. `folder` is the connector's own. */
export function describeConnector<C>(connector: Connector<C>, folder: URL | string): void {
  describe(`connector ${connector.name}`, () => {
    let subject: Subject;
    beforeAll(async () => {
      // Rules hand the connector its own credentials only, so their type does not matter to them.
      subject = await prepareSubject(connector as unknown as Connector, folder);
    });
    afterAll(() => subject.runner.close());
    for (const rule of rules) {
      it(rule.name, { timeout: busyMachineMs }, async () => {
        expect(await rule.check(subject)).toEqual([]);
      });
    }
  });
}

/** A rule runs some thousand calls, which takes seconds, and longer on a machine busy with other tests. */
const busyMachineMs = 120_000;
