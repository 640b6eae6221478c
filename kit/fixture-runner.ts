import type { Connector, Credentials, Http, HttpReply, HttpRequest } from "../src/connector/contract.ts";
import { createHttpClient, type HttpClient } from "../src/connector/http/client.ts";
import { unguarded } from "../src/connector/http/effect-guard.ts";
import { secretValues } from "../src/connector/http/masking.ts";
import { type Fixture, stepOf } from "./fixture.ts";
import { contextOf, type RunOutcome, runOperation } from "./operation-runner.ts";
import { type Playback, type SeenRequest, type Step, startPlayback } from "./playback.ts";

/** Runs a connector's fixtures: a provider on loopback, the real client, the connector's function. */
export interface FixtureRunner {
  /** `steps` are played instead of the replies of the fixture's calls. */
  run(fixture: Fixture, steps?: readonly Step[]): Promise<RunResult>;
  close(): Promise<void>;
}

/** The result of running a fixture. */
export interface RunResult {
  readonly outcome: RunOutcome;
  readonly requests: readonly SeenRequest[];
  /** The effect of each request, as the connector declared it. */
  readonly effects: readonly HttpReply["effect"][];
  readonly effectSent: boolean;
  readonly warnings: readonly string[];
  /** Every log line, bodies too. */
  readonly log: readonly string[];
  /** The secrets among the credentials. */
  readonly secrets: readonly string[];
}

/** Creates the runner of a connector's fixtures. */
export function createFixtureRunner(connector: Connector): FixtureRunner {
  const idle: ProviderSession[] = [];
  const runOnce = async (fixture: Fixture, steps: readonly Step[], timeoutMs: number): Promise<RunResult> => {
    // After a fault, an abandoned request may still arrive, and would take a step of the next run.
    const hasFault = steps.some((step) => "fault" in step);
    const session = (hasFault ? undefined : idle.pop()) ?? (await openSession(connector, steps));
    try {
      return await runIn(session, connector, fixture, steps, timeoutMs);
    } finally {
      if (hasFault) await closeSession(session);
      else idle.push(session);
    }
  };
  return {
    run: async (fixture, steps = fixture.calls.map(stepOf)) => {
      const silent = steps.findIndex((step) => "fault" in step && step.fault === "timeout");
      if (silent === -1) return runOnce(fixture, steps, maxTimeoutMs);
      // On a busy machine, a reply before the one that never comes may take longer.
      for (let timeoutMs = minTimeoutMs; ; timeoutMs *= 4) {
        const result = await runOnce(fixture, steps, timeoutMs);
        if (result.requests.length > silent || timeoutMs * 4 > maxTimeoutMs) return result;
      }
    },
    close: async () => {
      await Promise.all(idle.map(closeSession));
    },
  };
}

/** How long a call takes at most, in milliseconds. The shortest is for providers that never answer. */
const minTimeoutMs = 150;
const maxTimeoutMs = 10_000;

/** A played provider and a client for it, which run one fixture at a time. */
interface ProviderSession {
  readonly playback: Playback;
  readonly client: HttpClient<Credentials>;
  /** Where the client's log goes. */
  log: string[];
}

async function openSession(connector: Connector, steps: readonly Step[]): Promise<ProviderSession> {
  const playback = await startPlayback(steps);
  const write = (facts: object, message: string) => session.log.push(`${message} ${JSON.stringify(facts)}`);
  const client = createHttpClient(connector, {
    baseUrl: playback.url + pathOf(connector.hosts?.live),
    log: { info: write, debug: write, isLevelEnabled: () => true },
    now: Date.now,
    // Faults are played on purpose, so the breaker must never stay open.
    limits: { retries: 0, breakMs: 0 },
  });
  const session: ProviderSession = { playback, client, log: [] };
  return session;
}

async function closeSession({ client, playback }: ProviderSession): Promise<void> {
  await Promise.all([client.close(), playback.close()]);
}

async function runIn(
  session: ProviderSession,
  connector: Connector,
  fixture: Fixture,
  steps: readonly Step[],
  timeoutMs: number,
): Promise<RunResult> {
  session.playback.begin(steps);
  session.log = [];
  const warnings: string[] = [];
  const effects: HttpReply["effect"][] = [];
  const credentials = connector.credentials.parse(fixture.credentials);
  const deadlineMs = Date.now() + timeoutMs;
  const http = session.client.open({ credentials, deadlineMs, guard: unguarded });
  const warn = (message: string, facts: object = {}) => warnings.push(`${message} ${JSON.stringify(facts)}`);
  const ordered = inOrder(http);
  const context = { ...contextOf(fixture), http: declaring(ordered, effects), credentials, warn };
  const outcome = await runOperation(connector, fixture, context);
  await ordered.idle();
  return {
    outcome,
    requests: session.playback.requests,
    effects,
    effectSent: http.effectSent,
    warnings,
    log: [...session.log, ...warnings],
    secrets: secretValues(credentials),
  };
}

function pathOf(host: string | undefined): string {
  return host === undefined ? "" : new URL(host).pathname.replace(/\/$/, "");
}

function declaring(http: Http, effects: HttpReply["effect"][]): Http {
  const declare = (request: HttpRequest) => {
    effects.push(request.effect ?? (request.method === "GET" ? "read" : "once"));
    return request;
  };
  return {
    send: (request) => http.send(declare(request)),
    exchange: (request) => http.exchange(declare(request)),
  };
}

/** Lets calls that a connector makes at once go out one after another, in its order, so that each meets its own step. */
function inOrder(http: Http): Http & { idle(): Promise<unknown> } {
  let last: Promise<unknown> = Promise.resolve();
  const queue = (call: () => Promise<HttpReply>): Promise<HttpReply> => {
    const reply = last.then(call);
    last = reply.catch(() => {});
    return reply;
  };
  return {
    send: (request) => queue(() => http.send(request)),
    exchange: (request) => queue(() => http.exchange(request)),
    idle: () => last,
  };
}
