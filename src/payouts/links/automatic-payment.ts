import { create } from "@bufbuild/protobuf";
import { LedgerUnavailable } from "../../core/failure.ts";
import type { Payout } from "../../core/payout.ts";
import { payoutStatus } from "../../core/status.ts";
import { Fulfilment } from "../../gen/sluice/v1/link_pb.ts";
import { PayoutServiceTransferRequestSchema } from "../../gen/types/payout_pb.ts";
import type { Dependencies } from "../dependencies.ts";
import type { Executed } from "../execute/attempt.ts";
import { executeNew } from "../execute/execute.ts";
import { type Plan, planFor } from "../execute/plan.ts";
import { differences, type EarlierAttempt } from "../execute/repeat.ts";
import { resolveEarlier } from "../execute/takeover.ts";
import { readOptions } from "../payout-link.ts";
import { failureOf, isAnswered } from "../provider/provider-result.ts";
import type { PayoutRequest } from "../request/payout-request.ts";
import type { Route } from "../request/route.ts";
import { isOpen, readAgain } from "../status-update.ts";
import { amountOf, currencyOf } from "./claim-request.ts";

/** Whether this server is to pay a link by itself: its recipient's details are in, or the outcome of its payment is unknown. */
export async function isDue(deps: Dependencies, payout: Payout, { connector }: Route): Promise<boolean> {
  const { link, status, id, scope } = payout;
  if (!link || !isOpen(payout) || !connector.transfer) return false;
  if (status === payoutStatus.REQUIRES_FULFILLMENT)
    return readOptions(deps, { id, link }).fulfilment !== Fulfilment.MANUAL;
  const openAttempt = (await deps.ledger.findLinkById(scope, id))?.openAttempt;
  return openAttempt?.initiator === "automatic";
}

/**
 * Pays a link with what the provider has of its recipient, once for each claim round, and resolves what became of that. What the
 * provider did not take leaves the link as it was, for the next time. Returns the payout as it then stands.
 */
export async function payAutomatically(deps: Dependencies, payout: Payout, route: Route): Promise<Payout> {
  const request = paymentRequest(payout);
  const plan = planFor(deps, { operation: "transfer", request, route, payout, initiator: "automatic" });
  const earlier = plan.query && (await deps.ledger.findAttempt(plan.query));
  if (earlier) await resolve(deps, plan, earlier);
  else if (payout.status === payoutStatus.REQUIRES_FULFILLMENT) await pay(deps, plan);
  return readAgain(deps, payout);
}

/** The Transfer of a caller who says no more than needed: theirs is then a repeat of this one. */
function paymentRequest(payout: Payout): PayoutRequest {
  const { merchantPayoutId, destinationCurrency } = payout;
  return create(PayoutServiceTransferRequestSchema, {
    ...(merchantPayoutId !== undefined && { merchantPayoutId }),
    amount: amountOf(payout),
    destinationCurrency: currencyOf(destinationCurrency),
  }) as PayoutRequest;
}

async function pay(deps: Dependencies, plan: Plan): Promise<void> {
  const first = await executeNew(deps, plan);
  if (first.kind === "executed") logUnpaid(deps, first);
  if (first.kind === "existing") await resolve(deps, plan, first);
}

async function resolve(deps: Dependencies, plan: Plan, earlier: EarlierAttempt): Promise<void> {
  const mayTakeOver = differences(deps, plan, earlier.attempt) === undefined;
  const untilMs = deps.now() + deps.patience.repeatMs;
  const resolved = await resolveEarlier(deps, plan, earlier, { untilMs, mayTakeOver });
  if (resolved.kind === "executed") logUnpaid(deps, resolved);
}

/**
 * No caller waits for the reply, so that what the operator can put right is said in the log.
 *
 * @throws LedgerUnavailable where the store has failed: it may have written the payment down all the same.
 */
function logUnpaid({ log }: Pick<Dependencies, "log">, { plan, result }: Executed): void {
  if (isAnswered(result)) return;
  if (result.kind === "not_sent" && result.error instanceof LedgerUnavailable) throw result.error;
  const { route, payout } = plan.command;
  const error = result.kind === "rejected" ? failureOf(result.reply) : result.error;
  log.warn(
    { connector: route.connector.name, payout: payout?.id, error },
    "a link was not paid automatically",
  );
}
