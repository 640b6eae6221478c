import type { JsonValue } from "@bufbuild/protobuf";
import { type Connector, credentialFields } from "../../src/connector/contract.ts";
import type { Fixture } from "../fixture.ts";
import type { SeenRequest } from "../playback.ts";
import { transportHeaders } from "../rules/exactness.ts";
import { fakeLike } from "./fake-value.ts";
import type { LiveCall } from "./live-call.ts";
import { newMasks } from "./masks.ts";
import type { Exchange } from "./recorder.ts";
import type { TestHost } from "./test-host.ts";

/** The fixture of a recorded call. Every value that may be personal is replaced by a fake of the same form. */
export function maskRecording(
  connector: Connector,
  testHost: TestHost,
  { draft, live }: { readonly draft: Fixture; readonly live: LiveCall },
): object {
  const masks = newMasks({
    fields: new Set(connector.visible),
    values: new Set([
      ...Object.keys(connector.statuses),
      ...Object.keys(connector.errors?.reasons ?? {}),
      ...textsIn(draft.request),
      ...textsIn(draft.context),
      // Ids that are made from the key would no longer follow from another one.
      live.sent.context.idempotencyKey,
    ]),
  });
  const credentials = fakeCredentials(connector, draft, testHost);
  for (const [name, value] of Object.entries(testHost.written)) {
    const fake = String(credentials[name]);
    if (fake !== value) masks.learnValue(value, fake);
  }
  const { sent, exchanges } = live;
  // An id that was given for recording stands in the fixture under the name that the author chose.
  const [real, chosen] = [sent.request.connector_payout_id, draft.request.connector_payout_id];
  if (typeof real === "string" && real !== chosen)
    masks.learnValue(real, typeof chosen === "string" ? chosen : undefined);
  for (const { reply } of exchanges) masks.learn(jsonOf(reply.text));
  const { startedAt, idempotencyKey, attempt: _, ...context } = sent.context;
  return {
    about: draft.about,
    credentials,
    ...masks.apply({ request: sent.request, context: { startedAt, idempotencyKey, ...context } }),
    calls: exchanges.map((exchange) => masks.apply(callOf(connector, testHost, exchange))),
    ...masks.apply(endOf(live)),
  };
}

/** Those that the author made up where there are any, otherwise fakes of the shape that the connector reads. */
function fakeCredentials(connector: Connector, draft: Fixture, { written }: TestHost) {
  const fakes = credentialFields(connector.credentials).flatMap(({ name, secret }, index) => {
    const value = written[name];
    if (value === undefined) return [];
    const made = draft.credentials[name];
    if (made !== undefined) return [[name, made] as const];
    if (!secret) return [[name, /^[a-z_]{1,20}$/.test(value) ? value : fakeLike(value, index + 1)] as const];
    const prefix = /^[a-z]{1,8}_(test|sandbox)_/.exec(value)?.[0] ?? `${connector.name}_test_`;
    return [[name, `${prefix}canary_${1000 + index}`] as const];
  });
  return Object.fromEntries(fakes);
}

function callOf(connector: Connector, { credentials }: TestHost, { request, reply }: Exchange) {
  const own = new Set(
    Object.keys(connector.authorize?.(credentials) ?? {}).map((name) => name.toLowerCase()),
  );
  const headers = Object.entries(request.headers).filter(
    ([name]) => !transportHeaders.has(name) && !own.has(name) && name !== "authorization",
  );
  const json = jsonOf(reply.text);
  const retryAfter = reply.headers["retry-after"];
  return {
    request: {
      method: request.method,
      path: request.path,
      ...(Object.keys(request.query).length > 0 && { query: request.query }),
      ...(headers.length > 0 && { headers: Object.fromEntries(headers) }),
      ...bodyOf(request),
    },
    reply: {
      status: reply.status,
      ...(retryAfter && { headers: { "retry-after": retryAfter } }),
      ...(json === undefined ? withoutText(reply) : { json }),
    },
  };
}

/** A body that is not JSON may contain anything, so none of it is kept. */
function withoutText({ text, headers }: Exchange["reply"]) {
  return text === ""
    ? {}
    : { headers: { "content-type": headers["content-type"] ?? "text/plain" }, text: "no JSON" };
}

function bodyOf({ body, headers }: SeenRequest) {
  if (body === "") return {};
  if (headers["content-type"]?.startsWith("application/x-www-form-urlencoded"))
    return { form: Object.fromEntries(new URLSearchParams(body)) };
  return { json: JSON.parse(body) as JsonValue };
}

function endOf({ outcome }: LiveCall): object {
  if (outcome.kind === "refusal") {
    const { reason, status, code } = outcome.refusal;
    return { refusal: { reason, status, code } };
  }
  if (outcome.kind === "failure") return { failure: { reason: outcome.failure.reason } };
  return { reply: outcome.kind === "reply" ? (outcome.reply ?? null) : {} };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function textsIn(json: unknown): readonly string[] {
  if (typeof json === "string") return [json];
  return typeof json === "object" && json !== null ? Object.values(json).flatMap(textsIn) : [];
}
