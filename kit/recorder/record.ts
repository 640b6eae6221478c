import { readFile, writeFile } from "node:fs/promises";
import { inspect } from "node:util";
import type { Connector } from "../../src/connector/contract.ts";
import { secretValues } from "../../src/connector/http/masking.ts";
import { folderUrl } from "../../src/connector/registry.ts";
import { type Fixture, type FixtureOperation, readFixture, readFixtures } from "../fixture.ts";
import { createFixtureRunner } from "../fixture-runner.ts";
import { exactness } from "../rules/exactness.ts";
import { callLive, type LiveCall } from "./live-call.ts";
import { maskRecording } from "./recording.ts";
import type { TestHost } from "./test-host.ts";

/** The fixture to record. */
export interface RecordOptions {
  readonly operation: FixtureOperation;
  /** Names the fixture: `<operation>.<case>.json`. */
  readonly case: string;
  /** The provider's id of the payout, instead of the fixture's. */
  readonly id?: string | undefined;
}

/** A fixture that was recorded. */
export interface Recorded {
  readonly file: URL;
  /** `POST /v1/links → 201`, in order. */
  readonly calls: readonly string[];
  /** The real id that the provider gave, for recording what comes next; it is not in the file. */
  readonly connectorPayoutId: string | undefined;
  /** The problems of the recorded fixture when it is run. */
  readonly problems: readonly string[];
}

/**
 * Sends the request of a fixture to the provider's test host, and writes the fixture with the exchange: without secrets, and
 * with fakes for every value that may be personal. The request is that of the fixture of the same name, or of another case.
 *
 * @throws Error that says what to do, where nothing was recorded.
 */
export async function recordFixture(
  connector: Connector,
  folder: URL | string,
  testHost: TestHost,
  options: RecordOptions,
): Promise<Recorded> {
  const name = `${options.operation}.${options.case}.json`;
  const file = new URL(`fixtures/${name}`, folderUrl(folder));
  const draft = await readDraft(folder, file, name, options);
  const fixture = options.id === undefined ? draft : withId(draft, options.id);
  const live = await callLive(connector, fixture, testHost);
  if (live.exchanges.length === 0) throw new Error(`Nothing was sent: ${describeOutcome(live)}`);
  const recording = maskRecording(connector, testHost, { draft, live });
  const text = `${JSON.stringify(recording, null, 2)}\n`;
  refuseSecrets(text, testHost);
  await writeFile(file, text);
  return {
    file,
    calls: live.exchanges.map(({ request, reply }) => `${request.method} ${request.path} → ${reply.status}`),
    connectorPayoutId: madeId(live),
    problems: await problemsOf(connector, name, text, live),
  };
}

async function readDraft(
  folder: URL | string,
  file: URL,
  name: string,
  { operation }: RecordOptions,
): Promise<Fixture> {
  const own = await readFile(file, "utf8").catch(() => undefined);
  if (own !== undefined) {
    // A draft needs no reply yet, because the reply is recorded.
    const { calls: _, reply, refusal, failure, ...rest } = JSON.parse(own) as Record<string, unknown>;
    const fixture = readFixture(name, JSON.stringify({ ...rest, reply: {} }));
    if (typeof fixture === "string") throw new Error(fixture);
    return fixture;
  }
  const { fixtures } = await readFixtures(folder);
  const other = fixtures.find((each) => each.operation === operation && !each.lookup);
  if (other) return { ...other, file: name };
  throw new Error(
    `Write fixtures/${name} first, with "about", "request" and "credentials": the rest is recorded.`,
  );
}

function withId(fixture: Fixture, id: string): Fixture {
  const { request, context } = fixture;
  const payout = context.payout && { ...context.payout, connectorPayoutId: id };
  return {
    ...fixture,
    request: { ...request, connector_payout_id: id },
    context: payout ? { ...context, payout } : context,
  };
}

function madeId({ outcome }: LiveCall): string | undefined {
  const reply =
    outcome.kind === "reply" ? (outcome.reply as { connector_payout_id?: string } | undefined) : undefined;
  return reply?.connector_payout_id;
}

function describeOutcome({ outcome }: LiveCall): string {
  if (outcome.kind === "reply") return "the connector answered by itself.";
  if (outcome.kind === "crash") return `index.ts threw ${inspect(outcome.error)}`;
  return outcome.kind === "failure" ? outcome.failure.message : outcome.refusal.message;
}

/** A value that every mask has missed must not be written. */
function refuseSecrets(text: string, { credentials }: TestHost): void {
  const forms = secretValues(credentials).flatMap((value) => [
    value,
    Buffer.from(value).toString("base64").replace(/=+$/, ""),
  ]);
  if (forms.some((form) => text.includes(form)))
    throw new Error("A credential is in the reply, in a form that cannot be masked. Nothing was written.");
}

async function problemsOf(
  connector: Connector,
  name: string,
  text: string,
  { outcome }: LiveCall,
): Promise<readonly string[]> {
  if (outcome.kind === "crash")
    return [`${name}: index.ts threw ${inspect(outcome.error)}. Write the expected reply into "reply".`];
  const fixture = readFixture(name, text);
  if (typeof fixture === "string") return [fixture];
  const runner = createFixtureRunner(connector);
  try {
    const runs = [{ fixture, result: await runner.run(fixture) }];
    const folder = new URL("file:///");
    return await exactness.check({ connector, folder, runs, webhooks: [], unreadable: [], runner });
  } finally {
    await runner.close();
  }
}
