import { Failure } from "../../core/failure.ts";
import { reasons } from "../../core/reasons.ts";
import type { CompleteOptions, Outcome } from "../../ledger/ledger.ts";
import type { Parts } from "../parts.ts";
import type { Ended } from "../provider/ended.ts";
import { outcomeOf } from "./outcome.ts";
import type { Submission } from "./submission.ts";

/**
 * Writes down how the first try of an attempt ended.
 *
 * @throws Failure OUTCOME_UNKNOWN where the store fails, or another call has taken the attempt over.
 */
export async function writeDown(parts: Parts, submission: Submission, ended: Ended): Promise<void> {
  if (ended.kind !== "answered" && ended.kind !== "unknown") {
    if (!(await parts.ledger.release(submission.intent.attemptId))) throw takenOver(submission);
    return;
  }
  // Where the provider knows our key, a lost outcome is found again by sending the same once more. A refusal is not: that
  // one could be carried out.
  const isFoundAgain = "windowMs" in submission.route.connector.idempotency;
  const isRefusal = ended.kind === "answered" && ended.reply.error !== undefined;
  const outcome = outcomeOf(parts, submission, ended);
  await settle(parts, submission, outcome, { durable: !isFoundAgain || isRefusal, sendCount: 1 });
}

/**
 * Writes down how a try ended.
 *
 * @throws Failure OUTCOME_UNKNOWN where the store fails: what the provider said is then asked for again. Or where another
 * call has taken the attempt over: what that one finds is what counts.
 */
export async function settle(
  { ledger, leases, log }: Parts,
  submission: Submission,
  outcome: Outcome,
  options: CompleteOptions,
): Promise<void> {
  const { intent, route } = submission;
  const attempt = await ledger.complete(intent.attemptId, outcome, options).catch((error: unknown) => {
    leases.abandon();
    log.error(
      { connector: route.connector.name, attempt: intent.attemptId, error },
      "an outcome could not be written down",
    );
    const message = `What ${route.connector.name} answered could not be written down. ${reasons.OUTCOME_UNKNOWN.advice}`;
    throw new Failure("OUTCOME_UNKNOWN", message, { cause: error });
  });
  if (attempt.sendCount !== options.sendCount) throw takenOver(submission);
}

function takenOver({ route }: Submission): Failure {
  const message = `This call was at work for so long that another one took over, and what that finds at ${route.connector.name} counts. ${reasons.OUTCOME_UNKNOWN.advice}`;
  return new Failure("OUTCOME_UNKNOWN", message);
}
