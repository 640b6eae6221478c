import { timestampMs } from "@bufbuild/protobuf/wkt";
import { currencyCode, type Operation, PayoutStatus } from "../connector/contract.ts";
import { Failure } from "../connector/failure.ts";
import type { Attempt, LinkState, Outcome, PayoutChange } from "../ledger/ledger.ts";
import { seal } from "../security/seal.ts";
import type { Ended } from "./ended.ts";
import { showLink } from "./link.ts";
import { operations } from "./operations.ts";
import type { Parts } from "./parts.ts";
import type { PayoutRequest } from "./payout-request.ts";
import type { PayoutReply } from "./reply.ts";
import type { Submission } from "./submission.ts";

/** What is written down of how an operation ended. The reply is sealed: it can hold a provider's link. */
export function outcomeOf(
  parts: Parts,
  submission: Submission,
  ended: Extract<Ended, { kind: "answered" | "unknown" }>,
): Outcome {
  const { operation, request, intent } = submission;
  const agreed = amountsOf(request);
  // Whatever the provider calls it, what may have been paid must not be paid again.
  const begun = operations[operation].failsPayout ? { status: PayoutStatus.PENDING } : {};
  if (ended.kind === "unknown") return { state: "UNKNOWN", change: { ...agreed, ...begun } };
  const change = { ...agreed, ...begun, ...changeOf(operation, ended.reply) };
  return {
    state: "DONE",
    reply: seal(parts.keys, ended.encoded, replySealContext(intent.attemptId)),
    change,
  };
}

/** What a reply says of the payout. */
export function changeOf(operation: Operation, reply: PayoutReply): PayoutChange {
  const { payoutStatus, connectorPayoutId, payoutLink, error } = reply;
  const linkState = operation === "createLink" ? error && "CANCELLED" : linkStates[payoutStatus ?? 0];
  return {
    ...(payoutStatus && { status: payoutStatus }),
    ...(connectorPayoutId && { connectorPayoutId }),
    ...(linkState && { linkState }),
    ...(payoutLink?.expireTime && { linkExpiresAtMs: timestampMs(payoutLink.expireTime) }),
  };
}

/** A link's state, by the payout's status. Others leave it as it is. */
const linkStates: Readonly<Record<number, LinkState>> = {
  [PayoutStatus.SUCCESS]: "COMPLETED",
  [PayoutStatus.REVERSED]: "COMPLETED",
  [PayoutStatus.REQUIRES_FULFILLMENT]: "CLAIMED",
  [PayoutStatus.PENDING]: "CLAIMED",
  [PayoutStatus.CANCELLED]: "CANCELLED",
  [PayoutStatus.EXPIRED]: "EXPIRED",
};

/** Fills in what the core knows better than the connector: the caller's id, an id to ask by, and the link. */
export function completeReply(parts: Parts, submission: Submission, reply: PayoutReply): PayoutReply {
  const { operation, request, intent, payout } = submission;
  const known = payout ?? (intent.payout && "create" in intent.payout ? intent.payout.create : undefined);
  const merchantId =
    operation === "stage" ? request.merchantQuoteId : (request.merchantPayoutId ?? known?.merchantPayoutId);
  if (merchantId !== undefined) reply.merchantPayoutId = merchantId;
  if (!reply.connectorPayoutId && known && !reply.error)
    reply.connectorPayoutId = known.connectorPayoutId ?? known.id;
  if (operation === "createLink" && known?.link && !reply.error) {
    // As it was when it was made: a repeat gets the first reply, whatever has become of the link since.
    const { state: _, ...link } = { state: undefined, ...known.link };
    const ours = showLink(parts, { payoutId: known.id, link, createdAtMs: intent.startedAtMs });
    const { url, expireTime } = reply.payoutLink ?? {};
    reply.payoutLink = { ...ours, ...(url && { url }), ...(expireTime && { expireTime }) };
  }
  return reply;
}

/** The first operation that names amounts fixes them for the payout. */
function amountsOf({ amount, destinationCurrency }: PayoutRequest): PayoutChange {
  return {
    ...(amount && { amountMinor: amount.minorAmount, currency: currencyCode(amount.currency) }),
    ...(destinationCurrency && { destinationCurrency: currencyCode(destinationCurrency) }),
  };
}

/** What a stored reply is sealed for. */
export function replySealContext(attemptId: string): string {
  return `reply ${attemptId}`;
}

/** An earlier operation on the payout has no known outcome: nothing else may begin. */
export function statusUnknown({ operation }: Submission, attempt: Attempt): Failure {
  const { rpc } = operations[attempt.operation as Operation];
  const message = `${operations[operation].rpc} cannot begin: nobody knows yet how ${rpc} of this payout ended. Repeat that ${rpc} first: it finds out.`;
  return new Failure("IDEMPOTENCY_IN_PROGRESS", message, { retryAfterMs: 1000 });
}
