import type { Operation } from "../../connector/contract.ts";
import type { Call } from "../../core/call.ts";
import type { Parts } from "../parts.ts";
import type { Ended } from "../provider/ended.ts";
import type { PayoutReply } from "../provider/reply.ts";
import type { PayoutRequest } from "../request/payout-request.ts";
import type { Route } from "../request/route.ts";
import { refuseOthers } from "./belonging.ts";
import { type Found, follow } from "./follow.ts";
import { completeReply, statusUnknown } from "./outcome.ts";
import { checkState } from "./payout-state.ts";
import { inProgress, refuseIfDifferent, replay } from "./replay.ts";
import { needsReview } from "./review.ts";
import { sendFirst } from "./send-first.ts";
import { findPayout, prepare, type Submission } from "./submission.ts";

/** Whoever waits for an operation: until when, and how they are told that the reply is a stored one. */
export type Waiting = Pick<Call, "deadlineMs" | "setTrailer">;

/** How often a payout may change under a call before the call gives up. */
const ROUNDS = 5;

/**
 * Carries out an operation that changes something: at most once, however often and from wherever it is repeated.
 *
 * The intent is on disk before anything leaves, and the outcome is on disk before the reply. What is lost between the two
 * is found out by whoever repeats the call: by the provider's own idempotency or by looking it up, never by sending blindly.
 */
export async function submit(
  parts: Parts,
  operation: Operation,
  request: PayoutRequest,
  route: Route,
  waiting: Waiting,
): Promise<PayoutReply> {
  for (let round = 1; round <= ROUNDS; round++) {
    // A link is nearly always new: whether its id is taken shows when it is written down. Whether the call is a repeat shows
    // then too, so that is looked up first only where a provider would be asked in vain.
    const isNew = operation === "createLink" && round === 1;
    const payout = isNew ? undefined : await findPayout(parts, request, route);
    const submission = prepare(parts, { operation, request, route, payout });
    const query = isNew && !route.connector.hosts ? undefined : submission.query;
    const earlier = query && (await parts.ledger.findAttempt(query));
    const reply = earlier
      ? await answerEarlier(parts, submission, earlier, waiting)
      : await answerFirst(parts, submission, waiting);
    if (reply) return reply;
  }
  throw inProgress(operation, parts.patience.leaseMs);
}

/** Undefined where the payout has changed since it was read: everything is to be looked at again. */
async function answerFirst(
  parts: Parts,
  submission: Submission,
  waiting: Waiting,
): Promise<PayoutReply | undefined> {
  checkState(submission, parts.now());
  await refuseOthers(parts, submission);
  const sent = await sendFirst(parts, submission);
  if (sent.kind === "carried out") return finish(parts, sent.submission, sent.ended);
  if (sent.kind === "existing") return answerEarlier(parts, submission, sent, waiting);
  if (sent.kind === "busy") throw statusUnknown(submission, sent.attempt);
  return undefined;
}

/** Answers a repeat: with the stored reply, with what the first call is about to find, or by finding out. */
async function answerEarlier(
  parts: Parts,
  submission: Submission,
  earlier: Found,
  waiting: Waiting,
): Promise<PayoutReply | undefined> {
  refuseIfDifferent(parts, submission, earlier);
  const untilMs = Math.min(waiting.deadlineMs - 50, parts.now() + parts.patience.repeatMs);
  const followed = await follow(parts, submission, earlier, { untilMs, mayTakeOver: true });
  if (followed.kind === "carried out") return finish(parts, followed.submission, followed.ended);
  if (followed.kind === "done") return replay(parts, submission, followed.found, waiting);
  if (followed.kind === "gone") return undefined;
  if (followed.kind === "needs review") throw needsReview(submission, followed.attempt, followed.hazard);
  throw inProgress(submission.operation, followed.attempt.lease.untilMs - parts.now());
}

function finish(parts: Parts, submission: Submission, ended: Ended): PayoutReply {
  if (ended.kind === "not done" || ended.kind === "unknown") throw ended.failure;
  return completeReply(parts, submission, ended.reply);
}
