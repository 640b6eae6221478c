import type { Operation } from "../../connector/contract.ts";
import type { Call } from "../../core/call.ts";
import { Failure } from "../../core/failure.ts";
import { operations } from "../../core/operations.ts";
import type { Attempt, Existing } from "../../core/payout.ts";
import { unseal } from "../../security/seal.ts";
import type { Parts } from "../parts.ts";
import { decodeReply, type PayoutReply } from "../provider/reply.ts";
import { differingFields, fingerprint, noFingerprint } from "./fingerprint.ts";
import type { Found } from "./follow.ts";
import { completeReply, replySealContext } from "./outcome.ts";
import type { Submission } from "./submission.ts";

/** The trailer that tells a stored reply from a new one. */
const REPLAYED = "idempotent-replayed";

/** The stored reply of an attempt, as it was first given. */
export function replay(
  parts: Parts,
  submission: Submission,
  { attempt, payout }: Existing,
  call: Pick<Call, "setTrailer">,
): PayoutReply {
  call.setTrailer(REPLAYED, "true");
  const resumed = {
    ...submission,
    payout,
    intent: { ...submission.intent, startedAtMs: attempt.startedAtMs },
  };
  return completeReply(parts, resumed, storedReply(parts, attempt));
}

/** What is stored of the provider's answer. */
export function storedReply(parts: Parts, attempt: Attempt): PayoutReply {
  const plain = unseal(parts.keys, attempt.reply ?? new Uint8Array(), replySealContext(attempt.id));
  return decodeReply(attempt.operation as Operation, plain);
}

/**
 * Refuses a call that names an earlier one and asks for something else.
 *
 * @throws Failure IDEMPOTENCY_KEY_REUSED or MERCHANT_PAYOUT_ID_EXISTS, with the names of the fields that differ, never
 * their values; PAYOUT_STATE where no caller asked for the earlier one; INTERNAL where the key to compare them by is gone.
 */
export function refuseIfDifferent(parts: Parts, submission: Submission, earlier: Found): void {
  const { attempt, payout, via } = earlier;
  const { operation } = submission;
  const fields = differences(parts, submission, attempt);
  if (fields === undefined) return;
  if (attempt.fieldHashes.asker !== undefined) throw askedByOthers(submission, attempt);
  const metadata = { differs: fields, ...(payout && { payout_id: payout.id }) };
  if (via === "key") {
    const message = `This idempotency-key was used for another ${operations[operation].rpc}, which differs in: ${fields}. Use a new key, or send the first request.`;
    throw new Failure("IDEMPOTENCY_KEY_REUSED", message, { field: "idempotency-key", metadata });
  }
  const field = operation === "stage" ? "merchant_quote_id" : "merchant_payout_id";
  const message = `This ${field} was used for another ${operations[operation].rpc}, which differs in: ${fields}. Use a new one, or send the first request.`;
  throw new Failure("MERCHANT_PAYOUT_ID_EXISTS", message, { field, metadata });
}

/**
 * Names of the fields in which an order differs from an earlier attempt; undefined where they are the same.
 *
 * @throws Failure INTERNAL where the key to compare them by is gone.
 */
export function differences(parts: Parts, submission: Submission, attempt: Attempt): string | undefined {
  const { operation, request, route, intent } = submission;
  const isSame = isSamePayout(submission, attempt);
  if (isSame && attempt.requestHash === intent.requestHash) return undefined;
  const key = parts.keys.byId(attempt.fieldHashes.key ?? parts.keys.current.id);
  if (!key) throw keyGone(operation, attempt);
  const again = fingerprint(operation, request, route, key);
  if (isSame && attempt.requestHash === again.whole) return undefined;
  const payoutField = request.merchantPayoutId ? "merchant_payout_id" : "connector_payout_id";
  return attempt.requestHash === noFingerprint.whole
    ? payoutField
    : differingFields(attempt.fieldHashes, again.fields).join(", ");
}

/** A call asks for what a recipient's claim, or this server by itself, has begun already, and in another way. */
function askedByOthers({ operation }: Submission, { fieldHashes, payoutId }: Attempt): Failure {
  const who = fieldHashes.asker === "recipient" ? "the recipient has claimed it" : "it is paid automatically";
  const message = `${operations[operation].rpc} cannot begin: ${who}. Ask Get where the payout is; nothing was sent.`;
  return new Failure("PAYOUT_STATE", message, payoutId ? { metadata: { payout_id: payoutId } } : {});
}

function keyGone(operation: Operation, { fieldHashes }: Attempt): Failure {
  const { rpc } = operations[operation];
  const message = `This ${rpc} was made before, and cannot be compared with the first: the operator of this server must add key ${fieldHashes.key} to SLUICE_KEY again, after the current one. Do not pay under a new merchant_payout_id.`;
  return new Failure("INTERNAL", message);
}

/** Void has no fingerprint, so a key that was used for another payout's shows only by the payout. */
function isSamePayout({ query, payout }: Submission, attempt: Attempt): boolean {
  return (
    query?.dedupeKey === undefined ||
    query.dedupeKey === attempt.dedupeKey ||
    (payout !== undefined && payout.id === attempt.payoutId)
  );
}

/** The first call is still at work. */
export function inProgress(operation: Operation, retryAfterMs: number): Failure {
  const message = `The first ${operations[operation].rpc} of this payout is still at work. Repeat the call in a moment.`;
  return new Failure("IDEMPOTENCY_IN_PROGRESS", message, { retryAfterMs: Math.max(retryAfterMs, 100) });
}
