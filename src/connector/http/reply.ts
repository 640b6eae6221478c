import type { z } from "zod";
import { Failure, Refusal } from "../../core/failure.ts";
import { type Reason, reasons } from "../../core/reasons.ts";
import type { ExchangeResult } from "./exchange.ts";
import { removeSecrets } from "./masking.ts";
import type { HttpReply } from "./request.ts";
import type { Loss } from "./try.ts";

/** A provider's reply, and whether an earlier send of the same request may have had an effect. */
export interface ProviderReply {
  readonly reply: HttpReply;
  readonly ambiguous: boolean;
}

/** The part of a connector that reads the provider's errors. */
export interface ErrorMapping {
  readonly name: string;
  readonly errors?: {
    read(body: unknown): { readonly code: string; readonly message: string } | undefined;
    readonly reasons: Readonly<Record<string, Reason>>;
  };
}

/**
 * The reply of an exchange, without the secrets that it repeats.
 *
 * @throws Failure if the reply was lost, or is a 2xx that is broken JSON; the guard's own error if it blocked the request.
 */
export function replyOf(
  connector: string,
  { result }: ExchangeResult,
  options: {
    readonly effect: HttpReply["effect"];
    readonly ambiguous: boolean;
    /** Values that the reply must not repeat. */
    readonly secrets: readonly string[];
  },
): HttpReply {
  const { effect, ambiguous, secrets } = options;
  if (result.kind === "lost") {
    const description = lossDescriptions[result.why];
    if (result.why === "blocked" && !ambiguous) throw result.cause;
    throw result.sent || ambiguous
      ? unclear(connector, description, effect, result.cause)
      : unavailable(connector, description, { cause: result.cause });
  }
  const text = removeSecrets(result.text, secrets);
  const { body, readable } = parseBody(text, result.headers["content-type"]);
  if (!readable && isSuccess(result.status))
    throw unclear(connector, `answered ${result.status} with broken JSON`, effect);
  return { status: result.status, headers: result.headers, body, text, connector, effect };
}

const lossDescriptions: Readonly<Record<Loss, string>> = {
  refused: "could not be reached",
  timeout: "did not answer in time",
  deadline: "did not answer before the call's deadline",
  blocked: "was not called again",
  reset: "broke the connection off",
  unreadable: "answered with something that cannot be read",
};

/**
 * The reply, if its status is 2xx.
 *
 * @throws Refusal or Failure for every other status, as {@link providerFailure} says.
 */
export function assertSuccess(connector: ErrorMapping, answer: ProviderReply, nowMs: number): HttpReply {
  if (isSuccess(answer.reply.status)) return answer.reply;
  const { status, body, effect, headers } = assertConclusive(connector.name, answer);
  const { code = "", message = "" } = connector.errors?.read(body) ?? {};
  const retryAfterMs = readRetryAfter(headers["retry-after"], nowMs);
  throw providerFailure(connector, { status, code, message, effect, retryAfterMs });
}

/**
 * The reply, if it tells the outcome of the request.
 *
 * @throws Failure OUTCOME_UNKNOWN if it answers a repeated request, and does not tell the outcome of the first one.
 */
export function assertConclusive(connector: string, { reply, ambiguous }: ProviderReply): HttpReply {
  if (ambiguous && aboutThisTryOnly.has(reply.status))
    throw unclear(connector, `answered ${reply.status} to a repeated request`, reply.effect);
  return reply;
}

const aboutThisTryOnly: ReadonlySet<number> = new Set([401, 403, 409, 429]);

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/**
 * Reads a 2xx reply with a small zod shape that accepts null and absence wherever the connector can do without.
 *
 * @example const { id, status } = readReply(await http.send(request), z.object({ id: z.string(), status: z.string() }));
 * @throws Failure OUTCOME_UNKNOWN if the request could change something, otherwise PROVIDER_UNAVAILABLE: the provider
 * accepted it, but the reply lacks fields. The message names the fields, never their values.
 */
export function readReply<T>(reply: HttpReply, shape: z.ZodType<T>): T {
  const read = shape.safeParse(reply.body);
  if (read.success) return read.data;
  const fields = read.error.issues.map((issue) => issue.path.join(".") || "the body");
  const description = `answered ${reply.status} with a reply that cannot be read (${[...new Set(fields)].join(", ")})`;
  throw unclear(reply.connector, description, reply.effect);
}

/** A provider's answer other than 2xx. */
export interface ErrorAnswer {
  /** HTTP status. */
  readonly status: number;
  /** The provider's code; empty if it gave none. */
  readonly code: string;
  /** The provider's message; empty if it gave none. */
  readonly message: string;
  /** The effect that the request could have. */
  readonly effect: HttpReply["effect"];
  /** From the provider's `retry-after`, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

/**
 * The meaning of an answer other than 2xx: a Refusal if the provider declined for good, otherwise a Failure that says
 * whether the request may have had an effect. `http.send` throws it. Connectors that run a provider's SDK throw it for the
 * errors that the SDK reports, so that all connectors classify alike.
 */
export function providerFailure(
  connector: {
    readonly name: string;
    readonly errors?: Pick<NonNullable<ErrorMapping["errors"]>, "reasons">;
  },
  answer: ErrorAnswer,
): Refusal | Failure {
  const { status, code, effect } = answer;
  const { name } = connector;
  if (status === 429) return rateLimited(name, answer.retryAfterMs);
  if (isAmbiguous(status)) return unclear(name, `answered ${status}`, effect);
  const reason = reasonOf(connector.errors?.reasons, answer);
  if (unfinished.has(reason)) return unclear(name, `answered ${status} (${code})`, effect);
  const message = answer.message.slice(0, maxMessageLength) || `${name} answered ${status}.`;
  return new Refusal({ reason, status, code: code.slice(0, maxCodeLength), message });
}

/** A request that was not answered clearly: OUTCOME_UNKNOWN if it could change something, otherwise PROVIDER_UNAVAILABLE. */
function unclear(
  connector: string,
  description: string,
  effect: HttpReply["effect"],
  cause?: unknown,
): Failure {
  return effect === "read"
    ? unavailable(connector, description, { cause })
    : failure("OUTCOME_UNKNOWN", connector, `${description}; whether the request had an effect is unknown`, {
        cause,
      });
}

/** A request that certainly changed nothing at the provider. */
export function unavailable(
  connector: string,
  description: string,
  details: { retryAfterMs?: number; cause?: unknown } = {},
): Failure {
  return failure("PROVIDER_UNAVAILABLE", connector, description, details);
}

function rateLimited(connector: string, retryAfterMs = 1_000): Failure {
  return failure("PROVIDER_RATE_LIMITED", connector, "answered 429, too many requests", { retryAfterMs });
}

function failure(
  reason: Reason,
  connector: string,
  description: string,
  details: { retryAfterMs?: number; cause?: unknown },
): Failure {
  return new Failure(reason, `${connector} ${description}. ${reasons[reason].advice}`, {
    ...details,
    metadata: { connector },
  });
}

function reasonOf(table: Readonly<Record<string, Reason>> | undefined, answer: ErrorAnswer): Reason {
  const named = table && Object.hasOwn(table, answer.code) ? table[answer.code] : undefined;
  return named ?? byStatus[answer.status] ?? "PROVIDER_REJECTED_REQUEST";
}

/** Whether a request with this status may or may not have had an effect. A redirect is one: it is never followed. */
export function isAmbiguous(status: number): boolean {
  return status < 400 || status === 408 || status === 425 || status >= 500;
}

const byStatus: Readonly<Record<number, Reason>> = {
  401: "PROVIDER_AUTHENTICATION",
  402: "PROVIDER_DECLINED",
  403: "PROVIDER_PERMISSION",
  404: "PROVIDER_NOT_FOUND",
  409: "PROVIDER_CONFLICT",
};

/** Reasons that a connector's table may give to a 4xx that is not final, such as a key whose first request is in progress. */
const unfinished: ReadonlySet<Reason> = new Set<Reason>([
  "OUTCOME_UNKNOWN",
  "IDEMPOTENCY_IN_PROGRESS",
  "PROVIDER_UNAVAILABLE",
]);

const maxMessageLength = 1_000;
const maxCodeLength = 100;

/** A reply's text as JSON if it is JSON. `readable` is false if JSON was promised and something else came. */
export function parseBody(
  text: string,
  contentType: string | undefined,
): { readonly body: unknown; readonly readable: boolean } {
  const promised = contentType?.includes("json") === true && text !== "";
  if (!promised && !looksLikeJson.test(text)) return { body: text, readable: true };
  try {
    return { body: JSON.parse(text) as unknown, readable: true };
  } catch {
    return { body: text, readable: !promised };
  }
}

const looksLikeJson = /^\s*[[{]/;

/** The delay that a `retry-after` header asks for, in milliseconds; undefined if there is none that can be read. */
export function readRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined || header === "") return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return seconds >= 0 ? Math.ceil(seconds * 1_000) : undefined;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}
