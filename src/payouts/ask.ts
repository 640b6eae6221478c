import {
  type Connector,
  type Context,
  Failure,
  type Operation,
  type PayoutFacts,
  PayoutStatus,
  Refusal,
  type Reply,
  type Request,
} from "../connector/contract.ts";
import type { OperationHttp } from "../connector/http-client.ts";
import type { Reason } from "../connector/reasons.ts";
import { operations } from "./operations.ts";
import type { Parts } from "./parts.ts";
import type { PayoutRequest } from "./payout-request.ts";
import { type PayoutReply, refusalReply, replyMessage } from "./reply.ts";
import type { Route } from "./route.ts";

/** A question to a connector. */
export interface Question {
  readonly operation: Operation;
  readonly request: PayoutRequest;
  readonly route: Route;
  readonly payout: PayoutFacts | undefined;
  readonly idempotencyKey: string;
  /** 1 when first sent. */
  readonly attempt: number;
  readonly startedAtMs: number;
  readonly deadlineMs: number;
  /** Writes the intent down; awaited before anything that changes something is sent. */
  beforeEffect(): Promise<void>;
}

/** How a connector's work ended. */
export type Ended =
  /** The provider gave its final word. */
  | { readonly kind: "answered"; readonly reply: PayoutReply }
  /** The provider refused, and may agree when only the credentials or the account are put right: nothing to remember. */
  | { readonly kind: "turned away"; readonly reply: PayoutReply }
  /** Certainly nothing happened. */
  | { readonly kind: "not done"; readonly failure: unknown }
  /** It may have happened. */
  | { readonly kind: "unknown"; readonly failure: Failure };

/** Runs one operation of a connector, and judges how it ended. Rejects never. */
export async function ask(parts: Parts, question: Question): Promise<Ended> {
  const { operation, route } = question;
  const http = openHttp(parts, question);
  try {
    const reply = await run(parts, question, http);
    return { kind: "answered", reply: replyMessage(operation, reply) };
  } catch (error) {
    if (error instanceof Refusal) {
      return isTurnedAway(question, error.reason)
        ? { kind: "turned away", reply: refusalReply(operation, error, question.payout?.status) }
        : { kind: "answered", reply: refusalReply(operation, error, finalStatus(operation)) };
    }
    if (error instanceof Failure && (resumable.has(error.reason) || http.effectSent)) {
      return { kind: "unknown", failure: error };
    }
    if (!http.effectSent) return { kind: "not done", failure: error };
    parts.log.error(
      { connector: route.connector.name, operation, error },
      "a connector broke after something was sent",
    );
    const message = `${route.connector.name} could not be understood after something was sent. Repeat the call with the same merchant_payout_id or idempotency-key.`;
    return { kind: "unknown", failure: new Failure("OUTCOME_UNKNOWN", message, { cause: error }) };
  }
}

/** Failures after which the same attempt is to be sent again, and not a new one. */
const resumable: ReadonlySet<Reason> = new Set<Reason>(["OUTCOME_UNKNOWN", "PROVIDER_RATE_LIMITED"]);

/** Refusals that are about the caller's account, or about what is still to come, and not about the payout. */
const turnedAway: ReadonlySet<Reason> = new Set<Reason>([
  "PROVIDER_AUTHENTICATION",
  "PROVIDER_PERMISSION",
  "FEATURE_NOT_ENABLED",
  "RECIPIENT_NOT_READY",
]);

function isTurnedAway({ operation, payout }: Question, reason: Reason): boolean {
  // The recipient of a link has done their part: topping up the account must be enough to pay them.
  const isShort = reason === "INSUFFICIENT_FUNDS" && payout?.linkExpiresAtMs !== undefined;
  return turnedAway.has(reason) || isShort || operation === "void";
}

function finalStatus(operation: Operation): PayoutStatus | undefined {
  return operations[operation].failsPayout ? PayoutStatus.FAILED : undefined;
}

/** What an earlier, unanswered attempt made, where the connector can look that up; undefined if it certainly made nothing. */
export async function lookUp(parts: Parts, question: Question): Promise<PayoutReply | undefined> {
  const { idempotency } = question.route.connector;
  if (!("lookup" in idempotency)) return undefined;
  const http = openHttp(parts, question);
  const request = question.request as unknown as Request<Operation>;
  const reply = await idempotency.lookup(question.operation, request, contextOf(parts, question, http));
  return reply && replyMessage(question.operation, reply);
}

async function run(parts: Parts, question: Question, http: OperationHttp): Promise<Reply<Operation>> {
  const connector = question.route.connector as Connector;
  // The table of functions is keyed by operation, so request and function agree; the compiler cannot follow that.
  const operate = connector[question.operation] as unknown as (
    request: PayoutRequest,
    context: Context,
  ) => Promise<Reply<Operation>>;
  return await operate.call(connector, question.request, contextOf(parts, question, http));
}

function openHttp(parts: Parts, { route, deadlineMs, beforeEffect, attempt }: Question): OperationHttp {
  const { connector, credentials } = route;
  return parts.client(connector).open({ credentials, deadlineMs, beforeEffect, resent: attempt > 1 });
}

function contextOf(parts: Parts, question: Question, http: OperationHttp): Context {
  const { route, payout, idempotencyKey, attempt, startedAtMs } = question;
  const connector = route.connector.name;
  return {
    http,
    credentials: route.credentials,
    idempotencyKey,
    attempt,
    startedAtMs,
    payout,
    now: parts.now,
    warn: (message, facts) => parts.log.warn({ connector, ...facts }, message),
  };
}
