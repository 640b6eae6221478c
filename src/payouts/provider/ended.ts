import { Failure, type Operation, PayoutStatus, Refusal, type Reply } from "../../connector/contract.ts";
import { operations } from "../../core/operations.ts";
import type { Reason } from "../../core/reasons.ts";
import type { Question } from "./ask.ts";
import { encodeReply, type PayoutReply, refusalReply, replyMessage } from "./reply.ts";

/** How a connector's work ended. */
export type Ended =
  /** The provider gave its final word. */
  | Answered
  /** The provider refused, and may agree when only the credentials or the account are put right: nothing to remember. */
  | { readonly kind: "turned away"; readonly reply: PayoutReply }
  /** Certainly nothing happened. */
  | { readonly kind: "not done"; readonly failure: unknown }
  /** It may have happened. */
  | { readonly kind: "unknown"; readonly failure: Failure };

/** The provider's final word, and the same as it is stored. */
export interface Answered {
  readonly kind: "answered";
  readonly reply: PayoutReply;
  readonly encoded: Uint8Array;
}

/** What is certain of a question when its connector throws. */
export interface Circumstances {
  /** Whether a request that can change something may have reached the provider, in this try. */
  readonly effectSent: boolean;
  /** Whether earlier tries certainly changed nothing. */
  readonly earlierMadeNothing: boolean;
}

/**
 * A connector's reply as the provider's final word.
 *
 * @throws Error where it is no reply of the operation.
 */
export function answered(operation: Operation, reply: Reply<Operation>): Answered {
  const message = replyMessage(operation, reply);
  return { kind: "answered", reply: message, encoded: encodeReply(operation, message) };
}

/** What it means that a connector threw. */
export function judge(question: Question, error: unknown, circumstances: Circumstances): Ended {
  const { effectSent } = circumstances;
  if (error instanceof Refusal) return judgeRefusal(question, error, circumstances);
  if (error instanceof Failure && (effectSent || isResumable(question, error)))
    return { kind: "unknown", failure: error };
  if (!effectSent) return { kind: "not done", failure: error };
  const message = `${question.route.connector.name} could not be understood after something was sent. Repeat the call with the same merchant_payout_id or idempotency-key.`;
  return { kind: "unknown", failure: new Failure("OUTCOME_UNKNOWN", message, { cause: error }) };
}

/** Failures after which the same attempt is to be sent again, and not a new one, though nothing was seen to be sent. */
function isResumable({ route }: Question, { reason }: Failure): boolean {
  // A connector that calls nobody plays its rate limits: no request shows that nothing was done.
  const isPlayed = route.connector.hosts === undefined;
  return reason === "OUTCOME_UNKNOWN" || (reason === "PROVIDER_RATE_LIMITED" && isPlayed);
}

/**
 * A refusal is the payment's end only if it is about the payment: one that came before anything was sent again says nothing
 * about what an earlier try may have done.
 */
function judgeRefusal(
  question: Question,
  refusal: Refusal,
  { effectSent, earlierMadeNothing }: Circumstances,
): Ended {
  const { operation, payout, route } = question;
  const isAboutIt = effectSent || earlierMadeNothing || route.connector.hosts === undefined;
  if (!isAboutIt || isTurnedAway(question, refusal.reason)) {
    // To a question where the payout is, that is no answer: it would be written down as the provider's.
    const status = operation === "get" ? undefined : payout?.status;
    return { kind: "turned away", reply: refusalReply(operation, refusal, status) };
  }
  const status = operations[operation].failsPayout ? PayoutStatus.FAILED : undefined;
  const reply = refusalReply(operation, refusal, status);
  return { kind: "answered", reply, encoded: encodeReply(operation, reply) };
}

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
