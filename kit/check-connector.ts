import type { Connector } from "../src/connector/contract.ts";
import { folderUrl } from "../src/connector/registry.ts";
import { readFixtures } from "./fixture.ts";
import { createFixtureRunner } from "./fixture-runner.ts";
import { mapConcurrently, type Rule, type Subject } from "./rule.ts";
import { coverage, environments } from "./rules/coverage.ts";
import { describedCredentials, documents, readmeTables, validMetadata } from "./rules/documents.ts";
import { exactness } from "./rules/exactness.ts";
import { faults } from "./rules/faults.ts";
import { amounts, paths } from "./rules/inputs.ts";
import { lookups } from "./rules/lookups.ts";
import { options } from "./rules/options.ts";
import { declaredEffects, keyed, sameWhenResent } from "./rules/repeats.ts";
import { secrecy, secretIds } from "./rules/secrecy.ts";
import { law, size } from "./rules/sources.ts";
import { declaredStatuses, unknownStatus } from "./rules/statuses.ts";
import { tolerance } from "./rules/tolerance.ts";
import { forgedWebhooks, webhooksAsWritten, withstandsMalformed } from "./rules/webhooks.ts";

/** The rules of every connector, the plainest first. */
export const rules: readonly Rule[] = [
  validMetadata,
  describedCredentials,
  documents,
  readmeTables,
  law,
  size,
  exactness,
  environments,
  coverage,
  options,
  declaredStatuses,
  unknownStatus,
  declaredEffects,
  sameWhenResent,
  keyed,
  lookups,
  paths,
  amounts,
  secrecy,
  secretIds,
  tolerance,
  faults,
  webhooksAsWritten,
  forgedWebhooks,
  withstandsMalformed,
];

/** Reads a connector's fixtures and runs each as written, for the rules to check. Close its runner in the end. */
export async function prepareSubject(connector: Connector, folder: URL | string): Promise<Subject> {
  const { fixtures, webhooks, problems } = await readFixtures(folder);
  const runner = createFixtureRunner(connector);
  const unplayable: string[] = [];
  const runs = await mapConcurrently(fixtures, async (fixture) => {
    try {
      return [{ fixture, result: await runner.run(fixture) }];
    } catch (error) {
      unplayable.push(`${fixture.file}: it cannot be played: ${(error as Error).message}`);
      return [];
    }
  });
  const unreadable = [...problems, ...unplayable];
  return { connector, folder: folderUrl(folder), runs, webhooks, unreadable, runner };
}

/** A rule, and the problems that it finds in a connector. */
export interface Finding {
  readonly rule: string;
  /** Empty if the rule is kept. */
  readonly problems: readonly string[];
}

/** Holds a connector to every rule. */
export async function checkConnector(
  connector: Connector,
  folder: URL | string,
): Promise<readonly Finding[]> {
  const subject = await prepareSubject(connector, folder);
  const findings: Finding[] = [];
  for (const rule of rules) findings.push({ rule: rule.name, problems: await rule.check(subject) });
  await subject.runner.close();
  return findings;
}
