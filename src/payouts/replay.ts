import type { Operation } from "../connector/contract.ts";
import { Failure } from "../connector/failure.ts";
import type { Call } from "../edge/call.ts";
import type { Attempt, Existing } from "../ledger/ledger.ts";
import { unseal } from "../security/seal.ts";
import { differingFields, fingerprint, noFingerprint } from "./fingerprint.ts";
import { operations } from "./operations.ts";
import { completeReply, replySealContext } from "./outcome.ts";
import type { Parts } from "./parts.ts";
import { decodeReply, type PayoutReply } from "./reply.ts";
import type { Submission } from "./submission.ts";

/** The trailer that tells a stored reply from a new one. */
const REPLAYED = "idempotent-replayed";
/** Providers forget our keys to the second, so the last hour is not trusted, in milliseconds. */
const WINDOW_MARGIN_MS = 60 * 60 * 1000;

/** The stored reply of an attempt, as it was first given. */
export function replay(
  parts: Parts,
  submission: Submission,
  { attempt, payout }: Existing,
  call: Call,
): PayoutReply {
  const plain = unseal(parts.keys, attempt.reply ?? new Uint8Array(), replySealContext(attempt.id));
  call.setTrailer(REPLAYED, "true");
  const resumed = {
    ...submission,
    payout,
    intent: { ...submission.intent, startedAtMs: attempt.startedAtMs },
  };
  return completeReply(parts, resumed, decodeReply(submission.operation, plain));
}

/**
 * Refuses a call that names an earlier one and asks for something else.
 *
 * @throws Failure IDEMPOTENCY_KEY_REUSED or MERCHANT_PAYOUT_ID_EXISTS, with the names of the fields that differ, never
 * their values; INTERNAL where the key to compare them by is gone.
 */
export function refuseIfDifferent(
  parts: Parts,
  submission: Submission,
  earlier: Existing & { via: "key" | "identity" },
): void {
  const { attempt, payout } = earlier;
  const { operation, request, route, intent } = submission;
  const isSame = isSamePayout(submission, attempt);
  if (isSame && attempt.fingerprint === intent.fingerprint) return;
  const key = parts.keys.byId(attempt.fieldPrints.key ?? parts.keys.current.id);
  if (!key) throw keyGone(operation, attempt);
  const again = fingerprint(operation, request, route, key);
  if (isSame && attempt.fingerprint === again.whole) return;
  const payoutField = request.merchantPayoutId ? "merchant_payout_id" : "connector_payout_id";
  const fields =
    attempt.fingerprint === noFingerprint.whole
      ? payoutField
      : differingFields(attempt.fieldPrints, again.fields).join(", ");
  const metadata = { differs: fields, ...(payout && { payout_id: payout.id }) };
  if (earlier.via === "key") {
    const message = `This idempotency-key was used for another ${operations[operation].rpc}, which differs in: ${fields}. Use a new key, or send the first request.`;
    throw new Failure("IDEMPOTENCY_KEY_REUSED", message, { field: "idempotency-key", metadata });
  }
  const field = operation === "stage" ? "merchant_quote_id" : "merchant_payout_id";
  const message = `This ${field} was used for another ${operations[operation].rpc}, which differs in: ${fields}. Use a new one, or send the first request.`;
  throw new Failure("MERCHANT_PAYOUT_ID_EXISTS", message, { field, metadata });
}

function keyGone(operation: Operation, { fieldPrints }: Attempt): Failure {
  const { rpc } = operations[operation];
  const message = `This ${rpc} was made before, and cannot be compared with the first: the operator of this server must add key ${fieldPrints.key} to SLUICE_KEY again, after the current one. Do not pay under a new merchant_payout_id.`;
  return new Failure("INTERNAL", message);
}

/** Void has no fingerprint, so a key that was used for another payout's shows only by the payout. */
function isSamePayout({ query, payout }: Submission, attempt: Attempt): boolean {
  return (
    query?.identity === undefined ||
    query.identity === attempt.identity ||
    (payout !== undefined && payout.id === attempt.payoutId)
  );
}

/**
 * Refuses to send again what the provider may no longer recognise as a repeat.
 *
 * @throws Failure PAYOUT_NEEDS_REVIEW.
 */
export function refuseIfTooOld(parts: Parts, { route }: Submission, attempt: Attempt): void {
  const { connector } = route;
  if ("lookup" in connector.idempotency) return;
  if (parts.now() - attempt.startedAtMs < connector.idempotency.windowMs - WINDOW_MARGIN_MS) return;
  const since = new Date(attempt.startedAtMs).toISOString();
  parts.log.error(
    { connector: connector.name, attempt: attempt.id, since },
    "payout needs review: outcome unknown for too long",
  );
  const message = `What was sent to ${connector.name} at ${since} was never answered, and it is too long ago to repeat safely. Compare with the provider's dashboard before paying again under a new merchant_payout_id.`;
  throw new Failure("PAYOUT_NEEDS_REVIEW", message, { metadata: { attempt_id: attempt.id } });
}

/** The first call is still at work. */
export function inProgress(operation: Operation, retryAfterMs: number): Failure {
  const message = `The first ${operations[operation].rpc} of this payout is still at work. Repeat the call in a moment.`;
  return new Failure("IDEMPOTENCY_IN_PROGRESS", message, { retryAfterMs: Math.max(retryAfterMs, 100) });
}
