import { hasLinksOfOurs } from "../../connector/capability.ts";
import type { Call } from "../../core/call.ts";
import type { Payout } from "../../core/payout.ts";
import { payoutStatus, statusFacts } from "../../core/status.ts";
import type { Dependencies } from "../dependencies.ts";
import { callProvider } from "../provider/provider-call.ts";
import { finalResult, type PayoutReply, type ProviderResult } from "../provider/provider-result.ts";
import { unsupported } from "../request/validate.ts";
import { type Executed, firstCall, inProgress, newAttempt, type Prevented } from "./attempt.ts";
import { type Command, checkMayBegin, findPayout } from "./command.ts";
import { blockedBy, completeReply } from "./outcome.ts";
import { checkOwnership } from "./ownership.ts";
import { type Plan, planFor } from "./plan.ts";
import { checkSameRequest, replay } from "./repeat.ts";
import { needsReview, resolveEarlier } from "./takeover.ts";

/** An operation as a caller asks for it. */
export type Order = Pick<Command, "operation" | "request" | "route">;

/** Who waits for the reply: until when, and how they are told that it is a stored one. */
export type Waiting = Pick<Call, "deadlineMs" | "setTrailer">;

/** How often a payout may change under a call before the call gives up. */
const MAX_ROUNDS = 5;

/**
 * Carries out an operation that changes something: at most once, however often and from wherever it is repeated.
 *
 * The intent is on disk before anything leaves, and the outcome is on disk before the reply. What is lost between the two is
 * found out by the next repeat: by the provider's own idempotency or by looking it up, never by sending blindly.
 *
 * @throws Failure that says whether the call may be repeated.
 * @example await execute(deps, { operation: "transfer", request, route }, call)
 */
export async function execute(deps: Dependencies, order: Order, waiting: Waiting): Promise<PayoutReply> {
  const { operation, request, route } = order;
  const { connectorPayoutId, connectorQuoteId, customer } = request;
  const namesObjects = connectorPayoutId || connectorQuoteId || customer?.connectorCustomerId;
  for (let round = 1; round <= MAX_ROUNDS; round++) {
    // A link is nearly always new: whether its id is taken shows when it is written down.
    const isLikelyNew = operation === "createLink" && round === 1;
    const payout = isLikelyNew ? undefined : await findPayout(deps, request, route);
    const plan = planFor(deps, { ...order, initiator: "caller", payout });
    // Whether the call is a repeat shows then too, so that is looked up first only where a provider would be called in vain.
    const mayLookUp = plan.query && !(isLikelyNew && !route.connector.hosts);
    const earlier = mayLookUp ? await deps.ledger.findAttempt(plan.query) : undefined;
    if (!earlier) {
      if (payout) checkMayBegin(plan.command, payout, deps.now());
      if (namesObjects) await checkOwnership(deps, plan.command);
    }
    const first = earlier ? ({ kind: "existing", ...earlier } as const) : await executeNew(deps, plan);
    if (first.kind === "executed") return replyOf(deps, first);
    if (first.kind === "busy") throw blockedBy(plan, first.attempt);
    if (first.kind === "changed") continue;

    checkSameRequest(deps, plan, first);
    const untilMs = Math.min(waiting.deadlineMs - 50, deps.now() + deps.patience.repeatMs);
    const resolved = await resolveEarlier(deps, plan, first, { untilMs, mayTakeOver: true });
    if (resolved.kind === "executed") return replyOf(deps, resolved);
    if (resolved.kind === "done") return replay(deps, plan, resolved.found, waiting);
    if (resolved.kind === "needs review") throw needsReview(plan, resolved.attempt, resolved.risk);
    if (resolved.kind !== "gone") throw inProgress(operation, resolved.attempt.lease.untilMs - deps.now());
  }
  throw inProgress(operation, deps.patience.leaseMs);
}

/**
 * Makes an attempt that was never made before. Whether the payout's state allows it is for the caller to judge.
 *
 * @throws Failure UNSUPPORTED_OPERATION; OUTCOME_UNKNOWN where the outcome could not be written down.
 */
export async function executeNew(deps: Dependencies, plan: Plan): Promise<Executed | Prevented> {
  const { operation, route } = plan.command;
  const local = answerLocally(plan.command);
  if (!local && !route.connector[operation]) throw unsupported(operation, route.connector, deps.registry);
  const attempt = newAttempt(deps, plan);
  const result = local ?? (await callProvider(deps, firstCall(deps, plan, attempt)));
  return attempt.complete(result);
}

function replyOf(deps: Dependencies, { plan, result }: Executed): PayoutReply {
  if (result.kind === "not_sent" || result.kind === "unknown") throw result.error;
  return completeReply(deps, plan, result.reply);
}

/** What the core answers by itself: about links that no provider has an object for. Undefined for everything else. */
function answerLocally({ operation, payout, route: { connector } }: Command): ProviderResult | undefined {
  const isOurs = hasLinksOfOurs(connector);
  if (operation === "createLink" && isOurs) {
    return finalResult(operation, { payoutStatus: payoutStatus.REQUIRES_PAYOUT_METHOD_DATA });
  }
  if (operation !== "void" || !payout?.link) return undefined;
  // What the provider has of a link of ours is a payment that failed, or an account that nothing was paid to.
  const hasNothingThere = isOurs || !payout.connectorPayoutId;
  const mustBeVoidedThere = connector.void !== undefined && !isUntouched(payout);
  return hasNothingThere && isUnpaid(payout) && !mustBeVoidedThere
    ? finalResult(operation, { payoutStatus: payoutStatus.CANCELLED })
    : undefined;
}

/** Whether the provider knows of nothing that it could cancel. */
function isUntouched({ status }: Payout): boolean {
  return status === payoutStatus.REQUIRES_PAYOUT_METHOD_DATA || status === payoutStatus.FAILED;
}

function isUnpaid(payout: Payout): boolean {
  return isUntouched(payout) || statusFacts(payout.status).mayPay === true;
}
