import { hasClaimForm } from "../../connector/capability.ts";
import type { Claim } from "../../connector/contract.ts";
import { Failure } from "../../core/failure.ts";
import type { Payout } from "../../core/payout.ts";
import { type Found, follow } from "../execute/follow.ts";
import { isAsking } from "../execute/payout-state.ts";
import { differences, inProgress, storedReply } from "../execute/replay.ts";
import { type CarriedOut, sendFirst } from "../execute/send-first.ts";
import { prepare, type Submission } from "../execute/submission.ts";
import type { Parts } from "../parts.ts";
import { failureOf, type PayoutReply } from "../provider/reply.ts";
import type { Route } from "../request/route.ts";
import { sealedRoute } from "../request/sealed-route.ts";
import { claimRequest } from "./claim-request.ts";
import { admitEntry, readAgain } from "./link-entry.ts";
import { readOptions } from "./sealed-link.ts";

/** How a recipient's claim ended. */
export type ClaimEnd =
  /** The payout has moved on, by this claim or by another before it: its status says where it is. */
  | { readonly kind: "taken"; readonly payout: Payout }
  /** The details were sent, and their outcome is unknown yet. The same details again find it out. */
  | { readonly kind: "unknown"; readonly payout: Payout }
  /** The outcome of earlier details is unknown, and these differ from them: nothing was sent. */
  | { readonly kind: "different"; readonly payout: Payout }
  /** Nothing was sent or changed, or nothing was paid by it: the failure says why. */
  | { readonly kind: "not sent"; readonly payout: Payout; readonly failure: Failure };

/**
 * Pays with what a recipient gave, or registers it where the caller pays by Transfer: once for each entry of the link,
 * however many claims come at once, with whatever details, in however many processes.
 */
export async function claim(parts: Parts, seen: Payout, given: Claim): Promise<ClaimEnd> {
  const untilMs = parts.now() + parts.patience.repeatMs;
  let payout = await readAgain(parts, seen);
  try {
    const route = await sealedRoute(parts, payout);
    if (!route) return await afterEnd(parts, payout);
    if (!hasClaimForm(route.connector)) return notSent(payout, noForm(route));
    for (let round = 1; round <= LEAST_ROUNDS || parts.now() < untilMs; round++) {
      const end = await claimOnce(parts, route, payout, given, untilMs);
      if (end) return end;
      payout = await readAgain(parts, payout);
    }
    return notSent(payout, inProgress("transfer", 1000));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // Only the writing down of an outcome throws this: something was sent.
    if (error.reason === "OUTCOME_UNKNOWN") return { kind: "unknown", payout };
    return notSent(payout, error);
  }
}

/** How often a payout that changes under a claim is looked at again, however long that takes. */
const LEAST_ROUNDS = 3;

/** Undefined where the payout has changed since it was read: everything is to be looked at again. */
async function claimOnce(
  parts: Parts,
  route: Route,
  read: Payout,
  given: Claim,
  untilMs: number,
): Promise<ClaimEnd | undefined> {
  const payout = await admitEntry(parts, read, given.entry);
  if (!payout?.link) return { kind: "taken", payout: await readAgain(parts, read) };
  const options = readOptions(parts, { id: payout.id, link: payout.link });
  const order = claimRequest(payout, given, options);
  const submission = prepare(parts, { ...order, route, payout, asker: "recipient", claim: given });
  const earlier = submission.query && (await parts.ledger.findAttempt(submission.query));
  if (earlier) return afterEarlier(parts, submission, earlier, untilMs);
  if (!isAsking(payout, parts.now())) return { kind: "taken", payout };
  const sent = await sendFirst(parts, submission);
  if (sent.kind === "carried out") return afterFirst(parts, sent, payout);
  if (sent.kind === "changed") return undefined;
  return afterEarlier(parts, submission, { payout, via: "dedupeKey", ...sent }, untilMs);
}

/** Credentials are gone from links that have ended, and were never kept of the oldest. */
async function afterEnd(parts: Parts, before: Payout): Promise<ClaimEnd> {
  const payout = await readAgain(parts, before);
  if (!isAsking(payout, parts.now())) return { kind: "taken", payout };
  const message = "This link was made before credentials were kept with links: only Transfer can pay it.";
  return notSent(payout, new Failure("PAYOUT_STATE", message));
}

async function afterFirst(parts: Parts, { ended }: CarriedOut, payout: Payout): Promise<ClaimEnd> {
  const after = await readAgain(parts, payout);
  if (ended.kind === "answered") return afterAnswer(ended.reply, after);
  if (ended.kind === "unknown") return { kind: "unknown", payout: after };
  if (ended.kind === "turned away") return notSent(after, failureOf(ended.reply));
  if (ended.failure instanceof Failure) return notSent(after, ended.failure);
  throw ended.failure;
}

/** Something was sent before, by this very claim, another one, or somebody else. */
async function afterEarlier(
  parts: Parts,
  submission: Submission,
  found: Found,
  untilMs: number,
): Promise<ClaimEnd | undefined> {
  const { attempt } = found;
  const isSameOperation = attempt.operation === submission.operation;
  const isClaim = attempt.fieldHashes.asker === "recipient" && isSameOperation;
  const isSame = isClaim && differences(parts, submission, attempt) === undefined;
  // A lookup finds what was made whatever the details were, and where it finds nothing these may be sent.
  const mayTakeOver = isSame || (isClaim && "lookup" in submission.route.connector.idempotency);
  const followed = await follow(parts, submission, found, { untilMs, mayTakeOver });
  const isOurs = isSameOperation && attempt.dedupeKey === submission.intent.dedupeKey;
  if (followed.kind === "gone" || (followed.kind === "done" && !isOurs)) return undefined;
  const payout = await readAgain(parts, submission.payout as Payout);
  if (followed.kind === "done") return afterAnswer(storedReply(parts, followed.found.attempt), payout);
  if (followed.kind === "carried out") return afterFindingOut(parts, followed, payout);
  if (isSame) return { kind: "unknown", payout };
  if (isClaim) return { kind: "different", payout };
  return notSent(payout, inProgress(submission.operation, 1000));
}

/** A try that was sent again, since nobody knew what the first had done. */
function afterFindingOut(parts: Parts, { submission, ended }: CarriedOut, payout: Payout): ClaimEnd {
  if (ended.kind === "answered") return afterAnswer(ended.reply, payout);
  // Even a refusal says nothing now about what the first may have done.
  const facts = { connector: payout.connector, payout: payout.id, attempt: submission.intent.attemptId };
  const failure = ended.kind === "turned away" ? failureOf(ended.reply) : ended.failure;
  parts.log.warn({ ...facts, error: failure }, "a claim's outcome is still unknown");
  return { kind: "unknown", payout };
}

/** A payment that was refused is the payout's failure. An account that was refused leaves the link as it was. */
function afterAnswer(reply: PayoutReply, payout: Payout): ClaimEnd {
  return reply.error && !reply.payoutStatus ? notSent(payout, failureOf(reply)) : { kind: "taken", payout };
}

function notSent(payout: Payout, failure: Failure): ClaimEnd {
  return { kind: "not sent", payout, failure };
}

function noForm({ connector }: Route): Failure {
  return new Failure(
    "UNSUPPORTED_OPERATION",
    `Links of ${connector.name} are not claimed on this server's page.`,
  );
}
