import { randomBytes } from "node:crypto";
import type { Connector } from "../../src/connector/contract.ts";
import { createHttpClient } from "../../src/connector/http/client.ts";
import { unguarded } from "../../src/connector/http/effect-guard.ts";
import type { Fixture } from "../fixture.ts";
import { contextOf, type RunOutcome, runOperation } from "../operation-runner.ts";
import { type Exchange, startRecorder } from "./recorder.ts";
import type { TestHost } from "./test-host.ts";

/** A fixture's request sent to the provider's test host. */
export interface LiveCall {
  /** The fixture as it was sent, with a key and a time of its own. */
  readonly sent: Fixture;
  readonly outcome: RunOutcome;
  /** Paths begin as the live host's do, which fixtures are written for. */
  readonly exchanges: readonly Exchange[];
  readonly warnings: readonly string[];
}

/** Sends a fixture's request to the provider's test host, once and without repeating anything. */
export async function callLive(
  connector: Connector,
  fixture: Fixture,
  testHost: TestHost,
): Promise<LiveCall> {
  const sent = asNew(fixture);
  const { origin } = new URL(testHost.baseUrl);
  const recorder = await startRecorder(origin);
  const client = createHttpClient(connector, {
    baseUrl: recorder.url + pathOf(testHost.baseUrl),
    log: { info: () => {}, debug: () => {}, isLevelEnabled: () => false },
    now: Date.now,
    limits: { retries: 0, headersTimeoutMs: timeoutMs },
  });
  const warnings: string[] = [];
  const { credentials } = testHost;
  try {
    const http = client.open({
      credentials,
      deadlineMs: Date.now() + timeoutMs,
      guard: unguarded,
    });
    const warn = (message: string, facts: object = {}) =>
      warnings.push(`${message} ${JSON.stringify(facts)}`);
    const outcome = await runOperation(connector, sent, { ...contextOf(sent), http, credentials, warn });
    const exchanges = recorder.exchanges.map((exchange) => asAtLiveHost(connector, testHost, exchange));
    return { sent, outcome, exchanges, warnings };
  } finally {
    await Promise.all([client.close(), recorder.close()]);
  }
}

const timeoutMs = 30_000;

/** The fixture with a new key, started now. */
function asNew(fixture: Fixture): Fixture {
  const idempotencyKey = randomBytes(32).toString("hex");
  const { now: _, ...context } = fixture.context;
  return { ...fixture, context: { ...context, idempotencyKey, startedAt: new Date().toISOString() } };
}

function asAtLiveHost(connector: Connector, { baseUrl }: TestHost, exchange: Exchange): Exchange {
  const path = pathOf(connector.hosts?.live) + exchange.request.path.slice(pathOf(baseUrl).length);
  return { ...exchange, request: { ...exchange.request, path } };
}

function pathOf(url: string | undefined): string {
  return url === undefined ? "" : new URL(url).pathname.replace(/\/$/, "");
}
