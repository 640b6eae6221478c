import { Failure, Refusal } from "../../core/failure.ts";
import { type Reason, reasons } from "../../core/reasons.ts";
import type { HttpRequest } from "./http.ts";

/** A provider's answer that was not a yes. */
export interface ProviderAnswer {
  /** HTTP status. */
  readonly status: number;
  /** The provider's code; empty if it gave none. */
  readonly code: string;
  /** The provider's words; empty if it gave none. */
  readonly message: string;
  /** What the request could do. */
  readonly effect: NonNullable<HttpRequest["effect"]>;
  /** From the provider's `retry-after`, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

/** What classification needs to know of a connector. */
export interface FailureFacts {
  readonly name: string;
  readonly errors?: { readonly reasons: Readonly<Record<string, Reason>> };
}

/**
 * What an answer other than 2xx means: a Refusal where it is the provider's final no, otherwise a Failure that says
 * whether anything can have happened. `http.send` throws it; connectors that run a provider's SDK throw it for what
 * the SDK reports, so that all connectors judge alike.
 */
export function providerFailure(connector: FailureFacts, answer: ProviderAnswer): Refusal | Failure {
  const { status, code } = answer;
  if (status === 429) return rateLimited(connector.name, answer.retryAfterMs);
  if (isAmbiguous(status)) return noClearAnswer(connector.name, `answered ${status}`, answer.effect);
  const reason = reasonOf(connector.errors?.reasons, answer);
  if (unfinished.has(reason))
    return noClearAnswer(connector.name, `answered ${status} (${code})`, answer.effect);
  const message = answer.message.slice(0, maxMessageLength) || `${connector.name} answered ${status}.`;
  return new Refusal({ reason, status, code: code.slice(0, maxCodeLength), message });
}

/** A request that nobody answered clearly: OUTCOME_UNKNOWN if it could change something, otherwise PROVIDER_UNAVAILABLE. */
export function noClearAnswer(
  connector: string,
  whatHappened: string,
  effect: ProviderAnswer["effect"],
  cause?: unknown,
): Failure {
  return effect === "read"
    ? unavailable(connector, whatHappened, { cause })
    : failure("OUTCOME_UNKNOWN", connector, `${whatHappened}; nobody knows whether it did what was asked`, {
        cause,
      });
}

/** A request that certainly changed nothing at the provider. */
export function unavailable(
  connector: string,
  whatHappened: string,
  details: { retryAfterMs?: number; cause?: unknown } = {},
): Failure {
  return failure("PROVIDER_UNAVAILABLE", connector, whatHappened, details);
}

function rateLimited(connector: string, retryAfterMs = 1_000): Failure {
  return failure("PROVIDER_RATE_LIMITED", connector, "answered 429, too many requests", { retryAfterMs });
}

function failure(
  reason: Reason,
  connector: string,
  whatHappened: string,
  details: { retryAfterMs?: number; cause?: unknown },
): Failure {
  return new Failure(reason, `${connector} ${whatHappened}. ${reasons[reason].advice}`, {
    ...details,
    metadata: { connector },
  });
}

function reasonOf(table: Readonly<Record<string, Reason>> | undefined, answer: ProviderAnswer): Reason {
  const named = table && Object.hasOwn(table, answer.code) ? table[answer.code] : undefined;
  return named ?? byStatus[answer.status] ?? "PROVIDER_REJECTED_REQUEST";
}

/** Statuses after which nobody knows whether the request was carried out. A redirect is one: it is never followed. */
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

/** Reasons that a connector's table may give to a 4xx which is no final word, such as a key whose first call is still at work. */
const unfinished: ReadonlySet<Reason> = new Set<Reason>([
  "OUTCOME_UNKNOWN",
  "IDEMPOTENCY_IN_PROGRESS",
  "PROVIDER_UNAVAILABLE",
]);

const maxMessageLength = 1_000;
const maxCodeLength = 100;
