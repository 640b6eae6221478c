import type { Reason } from "../../src/connector/contract.ts";
import { stepOf } from "../fixture.ts";
import type { RunResult } from "../fixture-runner.ts";
import type { Step } from "../playback.ts";
import { callKey, type FixtureRun, firstOfEach, mapConcurrently, type Rule } from "../rule.ts";
import { describeError } from "./exactness.ts";
import { statusOf } from "./statuses.ts";

/** Every call of every successful fixture meets every kind of faultName. */
export const faults: Rule = {
  name: "reports the right outcome when the provider's reply is lost, broken or an error",
  check: ({ runner, runs }) =>
    mapConcurrently(spots(runs.filter(isSuccess)), async ({ each, index, faultName }) => {
      const steps = each.fixture.calls.map((call, at) =>
        at === index ? faultSteps[faultName] : stepOf(call),
      );
      const result = await runner.run(each.fixture, steps);
      const wanted = wantedReasons(each.result, index, faultName);
      const got = resultOf(result);
      if (wanted.includes(got as Reason) || neverReadTheReply(each, result, faultName)) return [];
      const request = each.result.requests[index];
      return [
        `${each.fixture.file}: with ${faultName} for ${request?.method} ${request?.path} it must fail with ${wanted[0]}, and gives ${got}${messageOf(result)}.`,
      ];
    }),
};

type FaultName = keyof typeof faultSteps;

const faultSteps = {
  "no reply": { fault: "timeout" },
  "a reset connection": { fault: "reset" },
  "a reply cut off": { fault: "cut" },
  "a refused connection": { fault: "refused" },
  "a reply that is not HTTP": { fault: "garbage" },
  "status 408": { status: 408, body: "{}" },
  "status 425": { status: 425, body: "{}" },
  "status 429": { status: 429, body: "{}", headers: { "retry-after": "1" } },
  "status 500": { status: 500, body: '{"error":{"code":"internal","message":"trouble"}}' },
  "status 502 with a page": {
    status: 502,
    body: "<html><title>Bad gateway</title></html>",
    headers: { "content-type": "text/html" },
  },
  "a redirect": { status: 302, body: "", headers: { location: "https://elsewhere.example/" } },
  "broken JSON": { status: 200, body: '{"id":"x","data":{"status":' },
  "an empty reply": { status: 200, body: "" },
  "a page instead of JSON": {
    status: 200,
    body: "<html><title>Hello</title></html>",
    headers: { "content-type": "text/html" },
  },
  "a reply of 10 MB": { status: 200, body: Buffer.alloc(10_000_000, " ") },
} as const satisfies Record<string, Step>;

interface FaultSpot {
  readonly each: FixtureRun;
  readonly index: number;
  readonly faultName: FaultName;
}

function spots(successes: readonly FixtureRun[]): readonly FaultSpot[] {
  const calls = successes.flatMap((each) => each.fixture.calls.map((_, index) => ({ each, index })));
  return firstOfEach(calls, ({ each, index }) => callKey(each.fixture, index)).flatMap((spot) =>
    (Object.keys(faultSteps) as FaultName[]).map((faultName) => ({ ...spot, faultName })),
  );
}

function isSuccess({ fixture, result }: FixtureRun): boolean {
  return Boolean(fixture.reply) && result.outcome.kind === "reply";
}

function wantedReasons({ effects }: RunResult, index: number, faultName: FaultName): readonly Reason[] {
  if (faultName === "status 429") return ["PROVIDER_RATE_LIMITED"];
  const changes = effects[index] !== "read" && faultName !== "a refused connection";
  if (changes) return ["OUTCOME_UNKNOWN"];
  // After an earlier request that changed something, both are true of the whole.
  const changedBefore = effects.slice(0, index).some((effect) => effect !== "read");
  return changedBefore ? ["PROVIDER_UNAVAILABLE", "OUTCOME_UNKNOWN"] : ["PROVIDER_UNAVAILABLE"];
}

function resultOf(result: RunResult): string {
  const { outcome } = result;
  if (outcome.kind === "failure") return outcome.failure.reason;
  if (outcome.kind === "refusal") return `the refusal ${outcome.refusal.reason}`;
  if (outcome.kind === "reply") return `a reply with ${statusOf(result)}`;
  return `an unexpected ${describeError(outcome.error)}`;
}

function messageOf({ outcome }: RunResult): string {
  return outcome.kind === "failure" ? ` ("${outcome.failure.message}")` : "";
}

/** A 2xx without a body is enough if the connector needs nothing from the reply, as for a cancellation. */
function neverReadTheReply(each: FixtureRun, result: RunResult, faultName: FaultName): boolean {
  const isSuccessStatus = faultName === "an empty reply" || faultName === "a page instead of JSON";
  const status = statusOf(result);
  return isSuccessStatus && status !== undefined && status !== "SUCCESS" && status === statusOf(each.result);
}
