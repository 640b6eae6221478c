import type { Call } from "../../core/call.ts";
import { Failure } from "../../core/failure.ts";
import { type Operation, operationFacts, operations } from "../../core/operations.ts";
import type { Attempt, Existing } from "../../core/payout.ts";
import { unseal } from "../../security/seal.ts";
import type { Dependencies } from "../dependencies.ts";
import { decodeReply, type PayoutReply } from "../provider/provider-result.ts";
import { differingFields, hashKeyId, hashRequest, noHash } from "./idempotency.ts";
import { completeReply, replySealContext } from "./outcome.ts";
import type { Plan } from "./plan.ts";

/** An attempt that was begun before, and how it was found. */
export type EarlierAttempt = Existing & { readonly via: "key" | "dedupeKey" };

/** The trailer that tells a stored reply from a new one. */
const REPLAYED = "idempotent-replayed";

/** The stored reply of an attempt, as it was first given. */
export function replay(
  deps: Pick<Dependencies, "keys" | "now" | "publicUrl">,
  plan: Plan,
  { attempt, payout }: Existing,
  call: Pick<Call, "setTrailer">,
): PayoutReply {
  call.setTrailer(REPLAYED, "true");
  return completeReply(deps, resumedPlan(plan, { attempt, payout }), storedReply(deps, attempt));
}

/** The plan of an attempt that was begun before, as it was begun. */
export function resumedPlan(plan: Plan, { attempt, payout }: Existing): Plan {
  const { id: attemptId, dedupeKey, startedAtMs } = attempt;
  return {
    ...plan,
    command: { ...plan.command, payout },
    payout: payout ?? plan.payout,
    intent: { ...plan.intent, attemptId, dedupeKey, startedAtMs },
  };
}

/** The provider's answer, as it was stored. */
export function storedReply({ keys }: Pick<Dependencies, "keys">, attempt: Attempt): PayoutReply {
  const plain = unseal(keys, attempt.reply ?? new Uint8Array(), replySealContext(attempt.id));
  return decodeReply(attempt.operation as Operation, plain);
}

/**
 * Rejects a call that repeats an earlier one with another request.
 *
 * @throws Failure IDEMPOTENCY_KEY_REUSED or MERCHANT_PAYOUT_ID_EXISTS, with the names of the fields that differ, never
 * their values; PAYOUT_STATE where the earlier one was not a caller's; INTERNAL where the key to compare them by is gone.
 */
export function checkSameRequest(
  deps: Pick<Dependencies, "keys">,
  plan: Plan,
  { attempt, payout, via }: EarlierAttempt,
): void {
  const { operation } = plan.command;
  const { rpc } = operations[operation];
  const fields = differences(deps, plan, attempt);
  if (fields === undefined) return;
  if (attempt.initiator !== "caller") throw begunByOthers(plan, attempt);
  const metadata = { differs: fields, ...(payout && { payout_id: payout.id }) };
  if (via === "key") {
    const message = `This idempotency-key was used for another ${rpc}, which differs in: ${fields}. Use a new key, or send the first request.`;
    throw new Failure("IDEMPOTENCY_KEY_REUSED", message, { field: "idempotency-key", metadata });
  }
  const field = operation === "stage" ? "merchant_quote_id" : "merchant_payout_id";
  const message = `This ${field} was used for another ${rpc}, which differs in: ${fields}. Use a new one, or send the first request.`;
  throw new Failure("MERCHANT_PAYOUT_ID_EXISTS", message, { field, metadata });
}

/**
 * Names of the fields in which a plan differs from an earlier attempt; undefined where they are the same.
 *
 * @throws Failure INTERNAL where the key to compare them by is gone.
 */
export function differences(
  { keys }: Pick<Dependencies, "keys">,
  { command, query, intent }: Plan,
  attempt: Attempt,
): string | undefined {
  const { request, payout } = command;
  // Void has no hash, so a key that was used for another payout's shows only by the payout.
  const isSamePayout =
    query?.dedupeKey === undefined ||
    query.dedupeKey === attempt.dedupeKey ||
    (payout !== undefined && payout.id === attempt.payoutId);
  if (isSamePayout && attempt.requestHash === intent.requestHash) return undefined;
  const keyId = hashKeyId(attempt.fieldHashes) ?? keys.current.id;
  const key = keys.byId(keyId);
  if (!key) throw keyGone(attempt, keyId);
  const again = hashRequest(command, key);
  if (isSamePayout && attempt.requestHash === again.whole) return undefined;
  const payoutField = request.merchantPayoutId ? "merchant_payout_id" : "connector_payout_id";
  return attempt.requestHash === noHash.whole
    ? payoutField
    : differingFields(attempt.fieldHashes, again.fields).join(", ");
}

/** A caller's payment differs from the one that the recipient's claim, or this server by itself, has begun already. */
function begunByOthers({ command }: Plan, attempt: Attempt): Failure {
  const { payoutId } = attempt;
  const why = attempt.initiator === "recipient" ? "the recipient has claimed it" : "it is paid automatically";
  const message = `${operations[command.operation].rpc} cannot begin: ${why}. Ask Get where the payout is; nothing was sent.`;
  return new Failure("PAYOUT_STATE", message, payoutId ? { metadata: { payout_id: payoutId } } : {});
}

function keyGone({ operation }: Attempt, keyId: string): Failure {
  const { rpc } = operationFacts(operation);
  const message = `This ${rpc} was made before, and cannot be compared with the first: the operator of this server must add key ${keyId} to SLUICE_KEY again, after the current one. Do not pay under a new merchant_payout_id.`;
  return new Failure("INTERNAL", message);
}
