import { isDeepStrictEqual } from "node:util";
import { fromJson, type JsonValue, toJson } from "@bufbuild/protobuf";
import { PayoutService } from "../../src/gen/types/payout_pb.ts";
import type { Fixture } from "../fixture.ts";
import type { RunOutcome } from "../operation-runner.ts";
import type { SeenRequest } from "../playback.ts";
import type { FixtureRun, Rule } from "../rule.ts";

/** Plays every fixture as written. */
export const exactness: Rule = {
  name: "sends and answers exactly what its fixtures say",
  check: ({ runs, unreadable, connector }) => [
    ...unreadable,
    ...runs.flatMap((each) =>
      [...requestProblems(each, authHeaders(connector, each)), ...outcomeProblems(each)].map(
        (problem) => `${each.fixture.file}: ${problem}`,
      ),
    ),
  ],
};

type Authorizing = { authorize?(credentials: never): Readonly<Record<string, string>> };

function authHeaders(
  connector: Authorizing & { credentials: { parse(value: unknown): unknown } },
  each: FixtureRun,
) {
  const credentials = connector.credentials.parse(each.fixture.credentials) as never;
  return new Set(Object.keys(connector.authorize?.(credentials) ?? {}).map((name) => name.toLowerCase()));
}

function requestProblems({ fixture, result }: FixtureRun, auth: ReadonlySet<string>): readonly string[] {
  const { requests, secrets } = result;
  // A provider that accepts no connection sees no request.
  const expected = fixture.calls.filter((call) => call.fault !== "refused");
  if (requests.length !== expected.length) {
    const lines = requests.map((seen) => `${seen.method} ${seen.path}`).join(", ") || "none";
    return [`it made ${requests.length} calls where the fixture has ${expected.length}: ${lines}.`];
  }
  return requests.flatMap((seen, index) => {
    const call = `call ${index + 1}`;
    const wanted = expected[index]?.request;
    if (!wanted) return [];
    const pairs: readonly (readonly [string, unknown, unknown])[] = [
      ["method", seen.method, wanted.method],
      ["path", seen.path, wanted.path],
      ["query", seen.query, wanted.query ?? {}],
      ["headers", ownHeaders(seen, wanted.headers ?? {}, auth), lowerCase(wanted.headers ?? {})],
      ["body", bodyOf(seen), wanted.json ?? wanted.form ?? ""],
    ];
    return [
      ...pairs.flatMap(([part, got, want]) => differences(`${call} ${part}`, got, want)),
      ...authenticationProblems(call, seen, auth, secrets),
    ];
  });
}

/** Headers of transport, which no fixture writes down. */
export const transportHeaders: ReadonlySet<string> = new Set([
  "accept",
  "accept-encoding",
  "connection",
  "content-length",
  "content-type",
  "host",
  "transfer-encoding",
  "user-agent",
]);

function ownHeaders(
  seen: SeenRequest,
  wanted: Readonly<Record<string, string>>,
  auth: ReadonlySet<string>,
): object {
  const any = new Set(
    Object.entries(wanted).flatMap(([name, value]) => (value === "*" ? [name.toLowerCase()] : [])),
  );
  return Object.fromEntries(
    Object.entries(seen.headers)
      .filter(([name]) => !transportHeaders.has(name) && !auth.has(name) && name !== "authorization")
      .map(([name, value]) => [name, any.has(name) ? "*" : value]),
  );
}

function lowerCase(headers: Readonly<Record<string, string>>): object {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function bodyOf(seen: SeenRequest): unknown {
  if (seen.body === "") return "";
  if (seen.headers["content-type"]?.startsWith("application/x-www-form-urlencoded"))
    return Object.fromEntries(new URLSearchParams(seen.body));
  return JSON.parse(seen.body);
}

function authenticationProblems(
  call: string,
  seen: SeenRequest,
  auth: ReadonlySet<string>,
  secrets: readonly string[],
): readonly string[] {
  const missing = [...auth].filter((name) => !seen.headers[name]);
  if (missing.length > 0)
    return [`${call} went without the header ${missing.join(", ")} that authorize gives.`];
  const values = Object.values(seen.headers).flatMap((value) => [value, decodedBasic(value)]);
  const carried = values.some((value) => secrets.some((secret) => value.includes(secret)));
  return carried || secrets.length === 0 || auth.size > 0 ? [] : [`${call} carries no credentials.`];
}

function decodedBasic(value: string): string {
  return value.startsWith("Basic ") ? Buffer.from(value.slice(6), "base64").toString() : "";
}

function outcomeProblems({ fixture, result }: FixtureRun): readonly string[] {
  const { outcome } = result;
  if (outcome.kind === "crash") return [`it threw ${describeError(outcome.error)}`];
  return differences("outcome", plainOutcome(outcome), wantedOutcome(fixture));
}

function plainOutcome(outcome: Exclude<RunOutcome, { kind: "crash" }>): unknown {
  if (outcome.kind === "reply") return { reply: outcome.reply ?? null };
  if (outcome.kind === "failure") return { failure: { reason: outcome.failure.reason } };
  const { reason, status, code } = outcome.refusal;
  return { refusal: { reason, status, code } };
}

function wantedOutcome(fixture: Fixture): unknown {
  if (fixture.refusal) return { refusal: fixture.refusal };
  if (fixture.failure) return { failure: fixture.failure };
  return { reply: normalReply(fixture) };
}

function normalReply({ operation, reply }: Fixture): unknown {
  if (operation === "openLink" || reply === null || reply === undefined) return reply ?? null;
  const schema = PayoutService.method[operation].output;
  return toJson(schema, fromJson(schema, reply as JsonValue), { useProtoFieldName: true });
}

function differences(what: string, got: unknown, want: unknown): readonly string[] {
  if (isDeepStrictEqual(plain(got), plain(want))) return [];
  return [`${what} is ${JSON.stringify(got)} where the fixture has ${JSON.stringify(want)}.`];
}

/** Drops prototypes and undefined, which deep equality would see. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null));
}

/** An error in one line. */
export function describeError(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message.split("\n")[0]}` : String(error);
}
