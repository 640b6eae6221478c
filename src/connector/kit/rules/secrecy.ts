import { inspect } from "node:util";
import { type Fixture, stepOf } from "../fixture.ts";
import type { Performance } from "../player.ts";
import { callKey, firstOfEach, inTurns, type Rule } from "../rule.ts";

/** Credentials go to the provider, and nowhere else: also when the provider repeats a wrong key in its answer. */
export const secrecy: Rule = {
  name: "lets no credential out",
  check: async ({ player, played }) => {
    const asWritten = played.flatMap(({ fixture, performance }) => [
      ...named(fixture, leaks(performance)),
      ...named(
        fixture,
        performance.secrets.every(isFake) ? [] : ['write obvious fakes for secrets, with "canary" in them.'],
      ),
    ]);
    const calls = played.flatMap((each) => each.fixture.calls.map((_, index) => ({ each, index })));
    const distinct = firstOfEach(calls, ({ each, index }) => callKey(each.fixture, index));
    const repeated = await inTurns(distinct, async ({ each: { fixture, performance }, index }) => {
      const told = performance.secrets.join(" ");
      const body = JSON.stringify({
        error: { code: told, message: told },
        code: told,
        message: told,
        detail: told,
      });
      const steps = fixture.calls.map((call, at) => (at === index ? { status: 401, body } : stepOf(call)));
      return named(fixture, leaks(await player.play(fixture, steps)));
    });
    return [...new Set([...asWritten, ...repeated])];
  },
};

function named(fixture: Fixture, problems: readonly string[]): readonly string[] {
  return problems.map((problem) => `${fixture.file}: ${problem}`);
}

function isFake(secret: string): boolean {
  return secret.includes("canary");
}

function leaks({ outcome, log, requests, secrets }: Performance): string[] {
  const places: Readonly<Record<string, string>> = {
    "its answer": inspect(outcome, { depth: 10 }),
    "the log": log.join("\n"),
    "a URL": requests.map((seen) => `${seen.path} ${Object.values(seen.query).join(" ")}`).join("\n"),
  };
  const forms = secrets.flatMap((secret) => [
    secret,
    Buffer.from(secret).toString("base64").replace(/=+$/, ""),
  ]);
  return Object.entries(places)
    .filter(([, text]) => forms.some((form) => text.includes(form)))
    .map(([place]) => `a credential appears in ${place}.`);
}
