import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { API_VERSION, admit, type Restrictions } from "./admission.ts";
import { ApiError, invalidParameter } from "./api-error.ts";
import { execute } from "./execution.ts";
import { errorBody } from "./faults.ts";
import { type Claim, newIdempotency, type StoredReply } from "./idempotency.ts";
import type { State } from "./state.ts";

const RECORD_LIMIT = 20_000;

/** A request as the fake saw it. */
export interface RecordedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly idempotencyKey: string | undefined;
  /** Of Stripe-Account or Stripe-Context. */
  readonly account: string | undefined;
  readonly body: string;
  /** Undefined while it has not been answered. */
  status: number | undefined;
  replayed: boolean;
}

/** A request on its way. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly api: "v1" | "v2";
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly record: RecordedRequest;
}

/** A reply. */
export interface ApiReply extends StoredReply {
  readonly headers: Record<string, string>;
}

/** The endpoints, with the rules that all of them share. */
export interface Endpoints extends Restrictions {
  /** Requests seen, oldest first; the first 20,000. */
  readonly requests: RecordedRequest[];
  arrive(request: IncomingMessage, body: string): Call;
  answer(call: Call, latencyMs: number): Promise<ApiReply>;
  /** Stores a 500 for a v1 key, which the real API replays from then on. */
  poison(call: Call): void;
  forgetKeys(): void;
}

/** All endpoints, on one state. */
export function newEndpoints(state: State, recording: boolean): Endpoints {
  const requests: RecordedRequest[] = [];
  const restrictions: Restrictions = { forbidden: new Set(), disabled: new Set() };
  const idempotency = newIdempotency();
  let requestCount = 0;

  const claim = (call: Call): Claim | undefined => {
    const key = call.record.idempotencyKey;
    if (call.method !== "POST" || key === undefined) return undefined;
    if (key.length > 255) throw invalidParameter(call.api, "Idempotency-Key", "At most 255 characters.");
    const fingerprint = `${call.path} ${call.record.account ?? ""} ${call.record.body}`;
    return idempotency.claim(`${call.headers.authorization} ${key}`, fingerprint);
  };

  const run = async (call: Call, latencyMs: number): Promise<StoredReply> => {
    admit(call, restrictions);
    const claimed = claim(call);
    if (latencyMs > 0) await wait(latencyMs);
    if (claimed?.kind === "replay") {
      call.record.replayed = true;
      return claimed.reply;
    }
    const { reply, keep } = attempt(call, state);
    claimed?.finish(reply, keep);
    return reply;
  };

  return {
    requests,
    ...restrictions,
    forgetKeys: () => idempotency.forget(),
    arrive(request, body) {
      const call = readCall(request, body);
      if (recording && requests.length < RECORD_LIMIT) requests.push(call.record);
      return call;
    },
    poison(call) {
      const claimed = call.api === "v1" ? claim(call) : undefined;
      const body = errorBody("api_error", "Something went wrong on our end.");
      if (claimed?.kind === "fresh") claimed.finish({ status: 500, body }, true);
    },
    async answer(call, latencyMs) {
      const reply = await run(call, latencyMs).catch(errorReply);
      call.record.status = reply.status;
      const headers: Record<string, string> = {
        "content-type": "application/json",
        "request-id": `req_${(++requestCount).toString(36).padStart(14, "0")}`,
        "stripe-version": API_VERSION,
      };
      if (call.record.replayed) headers["idempotent-replayed"] = "true";
      return { ...reply, headers };
    },
  };
}

/** Carries a call out. v1 keeps every reply once it has begun to execute; v2 keeps what succeeded. */
function attempt(call: Call, state: State): { reply: StoredReply; keep: boolean } {
  try {
    return { reply: { status: 200, body: JSON.stringify(execute(call, state)) }, keep: true };
  } catch (error) {
    const keep = call.api === "v1" && error instanceof ApiError && error.executed;
    return { reply: errorReply(error), keep };
  }
}

function errorReply(error: unknown): StoredReply {
  if (!(error instanceof ApiError)) throw error;
  return { status: error.status, body: JSON.stringify({ error: error.error }) };
}

function readCall(request: IncomingMessage, body: string): Call {
  const { method = "", url = "/", headers } = request;
  const [path = "/", query = ""] = url.split("?", 2);
  const record: RecordedRequest = {
    method,
    path: url,
    idempotencyKey: one(headers["idempotency-key"]),
    account: one(headers["stripe-account"]) ?? one(headers["stripe-context"]),
    body,
    status: undefined,
    replayed: false,
  };
  return { method, path, api: path.startsWith("/v2/") ? "v2" : "v1", query, headers, record };
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
