import { afterEach, expect } from "vitest";
import { type Playback, type Step, startPlayback } from "../../../kit/playback.ts";
import {
  createHttpClient,
  type HttpClientOptions,
  type OpenOptions,
  type OperationHttp,
} from "../../../src/connector/http/client.ts";
import { unguarded } from "../../../src/connector/http/effect-guard.ts";
import type { HttpLimits } from "../../../src/connector/http/host.ts";
import type { HttpCall } from "../../../src/connector/http/observer.ts";
import type { HttpRequest } from "../../../src/connector/http/request.ts";
import { Failure } from "../../../src/core/failure.ts";
import type { Reason } from "../../../src/core/reasons.ts";
import { Secret } from "../../../src/security/secret.ts";

/** Credentials of a provider for tests. */
export interface Key {
  readonly api_key: Secret;
  readonly environment?: "test";
}

/** What the client knows of that provider. */
export const acme = {
  name: "acme",
  hosts: { live: "http://127.0.0.1:1", test: "http://127.0.0.1:1" },
  environment: ({ environment }: Key) => environment ?? ("live" as const),
  authorize: ({ api_key }: Key) => ({ authorization: `Bearer ${api_key.reveal()}` }),
  errors: {
    read: (body: unknown) => (body as { error?: { code: string; message: string } }).error,
    reasons: { too_poor: "INSUFFICIENT_FUNDS", busy_key: "OUTCOME_UNKNOWN" } satisfies Record<string, Reason>,
  },
  visible: ["status"],
};
/** Its key, which must never appear anywhere. */
export const canary = "acme_test_canary_1234";
/** A request that must not be repeated. */
export const post: HttpRequest = { method: "POST", path: "/v1/links", json: { amount: 1 } };
/** A request that may be. */
export const keyed: HttpRequest = { ...post, effect: "keyed" };
/** A request that changes nothing. */
export const read: HttpRequest = { method: "GET", path: "/v1/links/lnk_1" };
/** A good answer. */
export const ok: Step = { status: 200, body: '{"id":"x"}' };

/** What a test has opened. */
const cleanups: (() => Promise<unknown>)[] = [];
/** Closes something when the test has ended. */
export function cleanUpWith(cleanup: () => Promise<unknown>): void {
  cleanups.push(cleanup);
}

afterEach(async () => {
  await Promise.all(cleanups.splice(0).map((cleanup) => cleanup()));
});

/** A client and the provider that it talks to. */
export interface Setup {
  readonly http: OperationHttp;
  readonly playback: Playback;
  readonly lines: string[];
  readonly calls: HttpCall[];
  open(call?: Partial<OpenOptions<Key>>): OperationHttp;
}

/** Starts a provider that plays steps, and opens a client for it. */
export async function setUp(
  steps: readonly Step[],
  limits: Partial<HttpLimits> = {},
  options: Partial<HttpClientOptions> = {},
): Promise<Setup> {
  const playback = await startPlayback(steps);
  const lines: string[] = [];
  const calls: HttpCall[] = [];
  const write = (facts: object, message: string) => lines.push(`${message} ${JSON.stringify(facts)}`);
  const client = createHttpClient<Key>(acme, {
    baseUrl: playback.url,
    log: { info: write, debug: write, isLevelEnabled: () => true },
    metrics: { providerCall: (call) => calls.push(call) },
    now: Date.now,
    limits,
    ...options,
  });
  cleanups.push(() => Promise.all([client.close(), playback.close()]));
  const open = (call: Partial<OpenOptions<Key>> = {}) =>
    client.open({
      credentials: { api_key: new Secret(canary) },
      deadlineMs: Date.now() + 5_000,
      guard: unguarded,
      ...call,
    });
  return { http: open(), playback, lines, calls, open };
}

/** What a call failed with. */
export async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Failure);
  return error as Failure;
}

/** Why a call failed. */
export async function reasonOf(promise: Promise<unknown>): Promise<Reason> {
  return (await failureOf(promise)).reason;
}
