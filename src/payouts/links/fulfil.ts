import { create } from "@bufbuild/protobuf";
import { PayoutStatus } from "../../connector/contract.ts";
import { LedgerUnavailable } from "../../core/failure.ts";
import type { Payout } from "../../core/payout.ts";
import { Fulfilment } from "../../gen/sluice/v1/link_pb.ts";
import { PayoutServiceTransferRequestSchema } from "../../gen/types/payout_pb.ts";
import { type Found, follow } from "../execute/follow.ts";
import { isOpen } from "../execute/payout-state.ts";
import { differences } from "../execute/replay.ts";
import { type CarriedOut, sendFirst } from "../execute/send-first.ts";
import { prepare, type Submission } from "../execute/submission.ts";
import type { Parts } from "../parts.ts";
import { failureOf } from "../provider/reply.ts";
import type { PayoutRequest } from "../request/payout-request.ts";
import type { Route } from "../request/route.ts";
import { amountOf, currencyOf } from "./claim-request.ts";
import { readAgain } from "./link-entry.ts";
import { readOptions } from "./sealed-link.ts";

/** Whether this server is to pay a link by itself: its recipient's details are in, or nobody knows whether it has paid. */
export async function isDue(parts: Parts, payout: Payout, { connector }: Route): Promise<boolean> {
  const { link, status, id, scope } = payout;
  if (!link || !isOpen(payout) || !connector.transfer) return false;
  if (status === PayoutStatus.REQUIRES_FULFILLMENT)
    return readOptions(parts, { id, link }).fulfilment !== Fulfilment.MANUAL;
  const unsettled = (await parts.ledger.findLinkById(scope, id))?.openAttempt;
  return unsettled?.fieldHashes.asker === "server";
}

/**
 * Pays a link with what the provider has of its recipient, once for each entry, and finds out what became of that. What the
 * provider did not take leaves the link as it was, for the next time. Returns the payout as it then stands.
 */
export async function fulfil(parts: Parts, payout: Payout, route: Route): Promise<Payout> {
  const request = paymentRequest(payout);
  const submission = prepare(parts, { operation: "transfer", request, route, payout, asker: "server" });
  const earlier = submission.query && (await parts.ledger.findAttempt(submission.query));
  if (earlier) await findOut(parts, submission, earlier);
  else if (payout.status === PayoutStatus.REQUIRES_FULFILLMENT) await pay(parts, submission);
  return readAgain(parts, payout);
}

/** What a caller would ask for who says no more than needed: their Transfer is then a repeat of this one. */
function paymentRequest(payout: Payout): PayoutRequest {
  const { merchantPayoutId, destinationCurrency } = payout;
  return create(PayoutServiceTransferRequestSchema, {
    ...(merchantPayoutId !== undefined && { merchantPayoutId }),
    amount: amountOf(payout),
    destinationCurrency: currencyOf(destinationCurrency),
  }) as PayoutRequest;
}

async function pay(parts: Parts, submission: Submission): Promise<void> {
  const sent = await sendFirst(parts, submission);
  if (sent.kind === "carried out") note(parts, sent);
  if (sent.kind === "existing") await findOut(parts, submission, sent);
}

async function findOut(parts: Parts, submission: Submission, found: Found): Promise<void> {
  const mayTakeOver = differences(parts, submission, found.attempt) === undefined;
  const untilMs = parts.now() + parts.patience.repeatMs;
  const followed = await follow(parts, submission, found, { untilMs, mayTakeOver });
  if (followed.kind === "carried out") note(parts, followed);
}

/**
 * Nobody waits for the answer, so that what the operator can put right is said in the log.
 *
 * @throws LedgerUnavailable where the store has failed: it may have written the payment down all the same.
 */
function note({ log }: Parts, { submission, ended }: CarriedOut): void {
  if (ended.kind === "answered") return;
  if (ended.kind === "not done" && ended.failure instanceof LedgerUnavailable) throw ended.failure;
  const { route, payout } = submission;
  const error = ended.kind === "turned away" ? failureOf(ended.reply) : ended.failure;
  log.warn(
    { connector: route.connector.name, payout: payout?.id, error },
    "a link was not paid automatically",
  );
}
