import { inspect } from "node:util";
import { type Fixture, idsOf, stepOf, withIds } from "../fixture.ts";
import type { RunResult } from "../fixture-runner.ts";
import { callKey, firstOfEach, mapConcurrently, type Rule } from "../rule.ts";

/** Credentials go to the provider, and nowhere else: also when the provider repeats a wrong key in its answer. */
export const secrecy: Rule = {
  name: "leaks no credential",
  check: async ({ runner, runs }) => {
    const asWritten = runs.flatMap(({ fixture, result }) => [
      ...named(fixture, leaks(result)),
      ...named(
        fixture,
        result.secrets.every(isFake) ? [] : ['write obvious fakes for secrets, with "canary" in them.'],
      ),
    ]);
    const calls = runs.flatMap((each) => each.fixture.calls.map((_, index) => ({ each, index })));
    const distinct = firstOfEach(calls, ({ each, index }) => callKey(each.fixture, index));
    const findings = await mapConcurrently(distinct, async ({ each: { fixture, result }, index }) => {
      const repeated = [...result.secrets, ...authorization(result, index)].join(" ");
      const body = JSON.stringify({
        error: { code: repeated, message: repeated },
        code: repeated,
        message: repeated,
        detail: repeated,
      });
      const steps = fixture.calls.map((call, at) => (at === index ? { status: 401, body } : stepOf(call)));
      return named(fixture, leaks(await runner.run(fixture, steps)));
    });
    return [...new Set([...asWritten, ...findings])];
  },
};

function named(fixture: Fixture, problems: readonly string[]): readonly string[] {
  return problems.map((problem) => `${fixture.file}: ${problem}`);
}

function isFake(secret: string): boolean {
  return secret.includes("canary");
}

/** Header values of the request that contain a secret, as providers repeat them: `Basic …`. */
function authorization({ requests, secrets }: RunResult, index: number): readonly string[] {
  const values = Object.values(requests[index]?.headers ?? {});
  return values.filter((value) => hasSecret(value, secrets));
}

function hasSecret(value: string, secrets: readonly string[]): boolean {
  const forms = [value, Buffer.from(value.split(" ").at(-1) ?? "", "base64").toString()];
  return secrets.some((secret) => forms.some((form) => form.includes(secret)));
}

function leaks(result: RunResult): string[] {
  const { outcome, log, requests, secrets } = result;
  const places: Readonly<Record<string, string>> = {
    "its reply": inspect(outcome, { depth: 10 }),
    "the log": log.join("\n"),
    "a URL": requests.map((seen) => `${seen.path} ${Object.values(seen.query).join(" ")}`).join("\n"),
  };
  const forms = [
    ...secrets.flatMap((secret) => [secret, Buffer.from(secret).toString("base64").replace(/=+$/, "")]),
    ...requests
      .flatMap((_, index) => authorization(result, index))
      .map((value) => value.split(" ").at(-1) ?? value),
  ];
  return Object.entries(places)
    .filter(([, text]) => forms.some((form) => text.includes(form)))
    .map(([place]) => `a credential appears in ${place}.`);
}

/** An id that is enough to claim the money is a secret, also if it looks like a plain word. */
export const secretIds: Rule = {
  name: "leaks no id by which a payout can be claimed",
  check: ({ connector, runner, runs }) =>
    connector.secretIds
      ? mapConcurrently(runs, async ({ fixture }) => {
          if (idsOf(fixture).length === 0) return [];
          const body = JSON.stringify({
            error: { code: wordId, message: wordId },
            code: wordId,
            message: wordId,
          });
          const steps = fixture.calls.map(() => ({ status: 404, body }));
          const { outcome, log } = await runner.run(withIds(fixture, wordId), steps);
          const repeated = `${log.join("\n")} ${inspect(outcome, { depth: 10 })}`;
          return repeated.includes(wordId)
            ? [`${fixture.file}: its id appears in the log or the reply. Add secrets: [id] to the request.`]
            : [];
        })
      : [],
};

const wordId = "canaryclaimtoken";
