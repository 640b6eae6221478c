import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { FakeRequest, ProviderFake } from "../../support/stages/provider-fake.ts";
import { type WaitingFaults, waitingFaults } from "../../support/stages/waiting-faults.ts";
import { type Control, newControl } from "./control.ts";
import { type ApiReply, answerApi, type Endpoints } from "./endpoints.ts";
import { playFault } from "./faults.ts";
import { answerPage } from "./hosted-page.ts";
import type { State } from "./state.ts";
import { signedWebhook } from "./webhook.ts";

/** How to start the fake. */
export interface FakeDotsOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** How long every API answer takes, in milliseconds. 0 if absent. */
  readonly latencyMs?: number;
}

/** A running fake, which a test can change. */
export interface FakeDots extends ProviderFake, Control {
  readonly credentials: typeof credentials;
  /** A user whom Dots knows from the start. */
  readonly userId: string;
  /** An app that `Api-App-Id` may name. */
  readonly appId: string;
  requests(): readonly RecordedRequest[];
  /** Refuses the next API request, whatever it is. */
  refuse(reply: ApiReply): void;
  /** Moves the fake's clock on. */
  advanceMs(ms: number): void;
}

/** An API request that came, with its body as it was. */
export interface RecordedRequest extends FakeRequest {
  readonly body: string;
}

const credentials = {
  client_id: "pk_dev_canary_dots",
  api_key: "sk_dev_canary_dots_1234567890",
  environment: "test",
};

/**
 * Starts a stateful imitation of the Dots endpoints that payout links need, on 127.0.0.1. It is strict: what Dots's
 * reference does not have, it refuses.
 */
export async function startFake(options: FakeDotsOptions = {}): Promise<FakeDots> {
  const { clock, userId, appId, parts } = newParts(options.latencyMs ?? 0);
  const server = createServer(listener(parts));
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
  parts.endpoints.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `${parts.endpoints.origin}/api`,
    credentials,
    userId,
    appId,
    ...newControl(parts.endpoints.state),
    inject: parts.faults.inject,
    faultsLeft: parts.faults.left,
    refuse: (reply) => void parts.refusals.push(reply),
    requests: () => parts.seen,
    webhook: signedWebhook,
    advanceMs: (ms) => {
      clock.offsetMs += ms;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface FakeParts {
  readonly endpoints: Endpoints & { origin: string };
  readonly faults: WaitingFaults;
  readonly refusals: ApiReply[];
  readonly seen: RecordedRequest[];
  readonly latencyMs: number;
}

function newParts(latencyMs: number) {
  const clock = { offsetMs: 0 };
  const [userId, appId] = [randomUUID() as string, randomUUID() as string];
  const state: State = {
    links: new Map(),
    transfers: [],
    users: new Set([userId]),
    nowMs: () => Date.now() + clock.offsetMs,
  };
  const basic = Buffer.from(`${credentials.client_id}:${credentials.api_key}`).toString("base64");
  const endpoints = { state, origin: "", authorization: `Basic ${basic}`, apps: new Set([appId]) };
  const parts: FakeParts = { endpoints, faults: waitingFaults(), refusals: [], seen: [], latencyMs };
  return { clock, userId, appId, parts };
}

function listener(parts: FakeParts): RequestListener {
  return (request, response) => {
    const url = new URL(request.url ?? "/", "http://fake");
    const answer = url.pathname.startsWith("/api/") ? answerProgram : answerPerson;
    answer(parts, request, url, response).catch((error) => response.destroy(error));
  };
}

async function answerProgram(
  { endpoints, faults, refusals, seen, latencyMs }: FakeParts,
  request: IncomingMessage,
  url: URL,
  response: ServerResponse,
): Promise<void> {
  const { method = "GET", headers } = request;
  const body = await bodyOf(request);
  seen.push({ method, path: url.pathname, body });
  const fault = faults.take(method);
  if (latencyMs > 0) await delay(latencyMs);
  if (fault?.when === "before") return playFault(fault, response);
  const call = { method, path: url.pathname.slice("/api".length), query: url.searchParams, headers, body };
  const reply = refusals.shift() ?? answerApi(endpoints, call);
  if (fault) return playFault(fault, response);
  response.writeHead(reply.status, { "content-type": "application/json" });
  response.end(JSON.stringify(reply.body));
}

async function answerPerson(
  { endpoints }: FakeParts,
  request: IncomingMessage,
  url: URL,
  response: ServerResponse,
): Promise<void> {
  const { method = "GET" } = request;
  const page = answerPage(endpoints.state, method, url.pathname, await bodyOf(request));
  const location = page.location === undefined ? {} : { location: page.location };
  response.writeHead(page.status, { "content-type": "text/html; charset=utf-8", ...location });
  response.end(page.html);
}

function bodyOf(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => resolve(Buffer.concat(chunks).toString()));
    request.on("error", reject);
  });
}
