import { hasClaimForm } from "../../connector/capability.ts";
import type { Claim } from "../../connector/contract.ts";
import { Failure } from "../../core/failure.ts";
import { linkEndAt } from "../../core/link-state.ts";
import type { Payout } from "../../core/payout.ts";
import { payoutStatus } from "../../core/status.ts";
import type { Dependencies } from "../dependencies.ts";
import { type Executed, inProgress } from "../execute/attempt.ts";
import { executeNew } from "../execute/execute.ts";
import { type Plan, planFor } from "../execute/plan.ts";
import { differences, type EarlierAttempt, storedReply } from "../execute/repeat.ts";
import { type Resolved, resolveEarlier } from "../execute/takeover.ts";
import { readOptions } from "../payout-link.ts";
import { failureOf, isAnswered, type PayoutReply } from "../provider/provider-result.ts";
import { storedRoute } from "../request/credentials.ts";
import type { Route } from "../request/route.ts";
import { isOpen, readAgain } from "../status-update.ts";
import { claimRequest } from "./claim-request.ts";

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

/** How {@link claim} begins. */
export interface ClaimOptions {
  /**
   * Whether the payout was read a moment ago, without an open attempt. What has changed since shows when the attempt is reserved, so
   * that it is not read again, nor looked up as a repeat.
   */
  readonly isFresh?: boolean;
}

/** How often a payout that changes under a claim is looked at again, however long that takes. */
const LEAST_ROUNDS = 3;

/**
 * Pays with what a recipient gave, or registers it where the caller pays by Transfer: once for each claim round of the link,
 * however many claims come at once, with whatever details, in however many processes.
 *
 * @example await claim(deps, payout, { entry: 1, methodKind, method, recipient }) // { kind: "taken", payout }
 */
export async function claim(
  deps: Dependencies,
  seen: Payout,
  given: Claim,
  { isFresh = false }: ClaimOptions = {},
): Promise<ClaimEnd> {
  const untilMs = deps.now() + deps.patience.repeatMs;
  const mayBegin = isFresh && seen.link?.claimRound === given.entry && mayClaim(seen, deps.now());
  let payout = mayBegin ? seen : await readAgain(deps, seen);
  try {
    const route = await storedRoute(deps, payout);
    if (!route) return await afterLinkEnd(deps, payout);
    if (!hasClaimForm(route.connector)) return notSent(payout, noForm(route));
    for (let round = 1; round <= LEAST_ROUNDS || deps.now() < untilMs; round++) {
      const mayBeRepeat = round > 1 || !mayBegin;
      const end = await claimOnce(deps, route, payout, given, { untilMs, mayBeRepeat });
      if (end) return end;
      payout = await readAgain(deps, payout);
    }
    return notSent(payout, inProgress("transfer", 1000));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // Only the writing down of an outcome throws this: something was sent.
    if (error.reason === "OUTCOME_UNKNOWN") return { kind: "unknown", payout };
    return notSent(payout, error);
  }
}

/** Undefined where the payout has changed since it was read: everything is to be looked at again. */
async function claimOnce(
  deps: Dependencies,
  route: Route,
  read: Payout,
  given: Claim,
  { untilMs, mayBeRepeat }: { readonly untilMs: number; readonly mayBeRepeat: boolean },
): Promise<ClaimEnd | undefined> {
  const payout = await admitToRound(deps, read, given.entry);
  if (!payout?.link) return { kind: "taken", payout: await readAgain(deps, read) };
  const options = readOptions(deps, { id: payout.id, link: payout.link });
  const order = claimRequest(payout, given, options);
  const plan = planFor(deps, { ...order, route, payout, initiator: "recipient", claim: given });
  const earlier = mayBeRepeat && plan.query ? await deps.ledger.findAttempt(plan.query) : undefined;
  if (earlier) return afterEarlier(deps, plan, earlier, untilMs);
  if (!mayClaim(payout, deps.now())) return { kind: "taken", payout };
  const first = await executeNew(deps, plan);
  if (first.kind === "executed") return afterFirst(deps, first, payout);
  if (first.kind === "changed") return undefined;
  return afterEarlier(deps, plan, { payout, via: "dedupeKey", ...first }, untilMs);
}

/** Whether a payout's link waits for its recipient to say where the money should go. */
export function mayClaim(payout: Payout, nowMs: number): boolean {
  const { link, status } = payout;
  const isWaiting = link?.state === "ACTIVE" && status === payoutStatus.REQUIRES_PAYOUT_METHOD_DATA;
  return isWaiting && !linkEndAt(payout, nowMs);
}

/**
 * Lets details in that were given in a claim round, beginning that round where a payment failed before it. Undefined where they
 * were given in another one: a form from before is no order to pay.
 */
async function admitToRound(
  deps: Dependencies,
  payout: Payout,
  claimRound: number,
): Promise<Payout | undefined> {
  const { link, status } = payout;
  if (status !== payoutStatus.FAILED) return link?.claimRound === claimRound ? payout : undefined;
  if (link?.claimRound !== claimRound - 1) return undefined;
  const after = await beginClaimRound(deps, payout);
  return after.status !== payoutStatus.FAILED && after.link?.claimRound === claimRound ? after : undefined;
}

/** Asks the recipient again after a payment failed, where the link is still open. Returns the payout as it then stands. */
export async function beginClaimRound(deps: Pick<Dependencies, "ledger">, payout: Payout): Promise<Payout> {
  const isFailed = payout.status === payoutStatus.FAILED && isOpen(payout);
  return isFailed ? deps.ledger.reopenLink(payout.id, payout.version) : payout;
}

/** Credentials are gone from links that have ended, and were never kept of the oldest. */
async function afterLinkEnd(deps: Dependencies, before: Payout): Promise<ClaimEnd> {
  const payout = await readAgain(deps, before);
  if (!mayClaim(payout, deps.now())) return { kind: "taken", payout };
  const message = "This link was made before credentials were kept with links: only Transfer can pay it.";
  return notSent(payout, new Failure("PAYOUT_STATE", message));
}

async function afterFirst(deps: Dependencies, executed: Executed, before: Payout): Promise<ClaimEnd> {
  const { result } = executed;
  const payout = executed.payout ?? (await readAgain(deps, before));
  if (isAnswered(result)) return afterAnswer(result.reply, payout);
  if (result.kind === "unknown") return { kind: "unknown", payout };
  if (result.kind === "rejected") return notSent(payout, failureOf(result.reply));
  if (result.error instanceof Failure) return notSent(payout, result.error);
  throw result.error;
}

/** Something was sent before: by this very claim, another one, or another operation. */
async function afterEarlier(
  deps: Dependencies,
  plan: Plan,
  earlier: EarlierAttempt,
  untilMs: number,
): Promise<ClaimEnd | undefined> {
  const { attempt } = earlier;
  const isSameOperation = attempt.operation === plan.command.operation;
  const isClaim = attempt.initiator === "recipient" && isSameOperation;
  const isSame = isClaim && differences(deps, plan, attempt) === undefined;
  // A lookup finds what was made whatever the details were, and where it finds nothing these may be sent.
  const mayTakeOver = isSame || (isClaim && "lookup" in plan.command.route.connector.idempotency);
  const resolved = await resolveEarlier(deps, plan, earlier, { untilMs, mayTakeOver });
  const isOurs = isSameOperation && attempt.dedupeKey === plan.intent.dedupeKey;
  if (resolved.kind === "gone" || (resolved.kind === "done" && !isOurs)) return undefined;
  const payout = await readAgain(deps, plan.command.payout as Payout);
  if (resolved.kind === "done") return afterAnswer(storedReply(deps, resolved.found.attempt), payout);
  if (resolved.kind === "executed") return afterResolving(deps, resolved, payout);
  if (isSame) return { kind: "unknown", payout };
  if (isClaim) return { kind: "different", payout };
  return notSent(payout, inProgress(plan.command.operation, 1000));
}

/** An attempt that was sent again, since the outcome of the first time was unknown. */
function afterResolving(
  { log }: Pick<Dependencies, "log">,
  { plan, result }: Extract<Resolved, { kind: "executed" }>,
  payout: Payout,
): ClaimEnd {
  if (isAnswered(result)) return afterAnswer(result.reply, payout);
  // Even a refusal says nothing now about what the first may have done.
  const facts = { connector: payout.connector, payout: payout.id, attempt: plan.intent.attemptId };
  const error = result.kind === "rejected" ? failureOf(result.reply) : result.error;
  log.warn({ ...facts, error }, "a claim's outcome is still unknown");
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
