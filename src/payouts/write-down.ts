import { Failure } from "../connector/failure.ts";
import { reasons } from "../connector/reasons.ts";
import type { Outcome, SettleOptions } from "../ledger/ledger.ts";
import type { Ended } from "./ended.ts";
import { outcomeOf } from "./outcome.ts";
import type { Parts } from "./parts.ts";
import type { Submission } from "./submission.ts";

/**
 * Writes down how the first try of an attempt ended.
 *
 * @throws Failure OUTCOME_UNKNOWN where the store fails.
 */
export async function writeDown(parts: Parts, submission: Submission, ended: Ended): Promise<void> {
  if (ended.kind !== "answered" && ended.kind !== "unknown") {
    await parts.ledger.release(submission.intent.attemptId);
    return;
  }
  // Where the provider knows our key, a lost outcome is found again by sending the same once more. A refusal is not: that
  // one could be carried out.
  const isFoundAgain = "windowMs" in submission.route.connector.idempotency;
  const isRefusal = ended.kind === "answered" && ended.reply.error !== undefined;
  const outcome = outcomeOf(parts, submission, ended);
  await settle(parts, submission, outcome, { durable: !isFoundAgain || isRefusal, tries: 1 });
}

/**
 * Writes down how a try ended.
 *
 * @throws Failure OUTCOME_UNKNOWN where the store fails: what the provider said is then asked for again.
 */
export async function settle(
  { ledger, leases, log }: Parts,
  { intent, route }: Submission,
  outcome: Outcome,
  options: SettleOptions,
): Promise<void> {
  try {
    await ledger.settle(intent.attemptId, outcome, options);
  } catch (error) {
    leases.abandon();
    log.error(
      { connector: route.connector.name, attempt: intent.attemptId, error },
      "an outcome could not be written down",
    );
    const message = `What ${route.connector.name} answered could not be written down. ${reasons.OUTCOME_UNKNOWN.advice}`;
    throw new Failure("OUTCOME_UNKNOWN", message, { cause: error });
  }
}
