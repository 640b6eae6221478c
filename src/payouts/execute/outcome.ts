import { timestampMs } from "@bufbuild/protobuf/wkt";
import { currencyCode, type Operation, PayoutStatus } from "../../connector/contract.ts";
import { Failure } from "../../core/failure.ts";
import { operations } from "../../core/operations.ts";
import type { Attempt } from "../../core/payout.ts";
import { statusFacts } from "../../core/status.ts";
import type { Outcome, PayoutUpdate } from "../../ledger/ledger.ts";
import { seal } from "../../security/seal.ts";
import { hostedNews } from "../links/hosted-news.ts";
import { showNewLink, withHosted } from "../links/sealed-link.ts";
import type { Parts } from "../parts.ts";
import type { Ended } from "../provider/ended.ts";
import type { PayoutReply } from "../provider/reply.ts";
import type { PayoutRequest } from "../request/payout-request.ts";
import type { Asker, Submission } from "./submission.ts";

/** What is written down of how an operation ended. The reply is sealed: it can hold a provider's link. */
export function outcomeOf(
  parts: Parts,
  submission: Submission,
  ended: Extract<Ended, { kind: "answered" | "unknown" }>,
): Outcome {
  const { operation, request, intent, claim } = submission;
  const agreed = amountsOf(request);
  // Whatever the provider calls it, what may have been paid must not be paid again.
  const begun = operations[operation].failsPayout ? { status: PayoutStatus.PENDING } : {};
  if (ended.kind === "unknown") {
    const claimed = operations[operation].pays ? ({ linkState: "CLAIMED" } as const) : {};
    return { state: "UNKNOWN", change: { ...agreed, ...begun, ...claimed } };
  }
  const registered = claim && operation === "enrollDisburseAccount" && !ended.reply.error ? payable : {};
  const { reply } = ended;
  const change = {
    ...agreed,
    ...begun,
    ...registered,
    ...changeOf(operation, reply),
    ...hosted(parts, submission, reply),
  };
  return {
    state: "DONE",
    reply: seal(parts.keys, ended.encoded, replySealContext(intent.attemptId)),
    change,
  };
}

function hosted(parts: Parts, { payout, intent }: Submission, reply: PayoutReply): PayoutUpdate {
  const made = intent.payout && "create" in intent.payout ? intent.payout.create : undefined;
  const known = payout ?? (made && { id: made.id, link: undefined });
  return known ? hostedNews(parts, known, reply) : {};
}

/** Where a link is once its recipient's account is registered, whatever that is called at the provider. */
const payable: PayoutUpdate = { status: PayoutStatus.REQUIRES_FULFILLMENT, linkState: "CLAIMED" };

/** What a reply says of the payout. */
export function changeOf(operation: Operation, reply: PayoutReply): PayoutUpdate {
  const { payoutStatus, connectorPayoutId, payoutLink, error } = reply;
  const linkState =
    operation === "createLink" ? error && "CANCELLED" : statusFacts(payoutStatus ?? 0).linkState;
  return {
    ...(payoutStatus && { status: payoutStatus }),
    ...(connectorPayoutId && { connectorPayoutId }),
    ...(linkState && { linkState }),
    ...(payoutLink?.expireTime && { linkExpiresAtMs: timestampMs(payoutLink.expireTime) }),
    ...(wentWrong.has(payoutStatus ?? 0) && reasonOf(reply)),
  };
}

const wentWrong: ReadonlySet<number> = new Set<PayoutStatus>([PayoutStatus.FAILED, PayoutStatus.REVERSED]);

function reasonOf({ error }: PayoutReply): Pick<PayoutUpdate, "reason"> {
  const reason = error?.unifiedDetails?.code;
  return reason ? { reason } : {};
}

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
    const made = { ...known, link: known.link, createdAtMs: intent.startedAtMs };
    const ours = showNewLink(parts, made);
    reply.payoutLink = withHosted(ours, reply.payoutLink);
  }
  return reply;
}

/** The first operation that names amounts fixes them for the payout. */
function amountsOf({ amount, destinationCurrency }: PayoutRequest): PayoutUpdate {
  return {
    ...(amount && { amountMinor: amount.minorAmount, currency: currencyCode(amount.currency) }),
    ...(destinationCurrency && { destinationCurrency: currencyCode(destinationCurrency) }),
  };
}

/** What a stored reply is sealed for. */
export function replySealContext(attemptId: string): string {
  return `reply ${attemptId}`;
}

const askers: Readonly<Record<Asker, string>> = {
  recipient: "the recipient's claim",
  server: "the automatic payment",
};

/** An earlier operation on the payout has no known outcome: nothing else may begin. */
export function statusUnknown({ operation }: Submission, attempt: Attempt): Failure {
  const { rpc } = operations[attempt.operation as Operation];
  const asker = attempt.fieldHashes.asker && askers[attempt.fieldHashes.asker as Asker];
  const message = `${operations[operation].rpc} cannot begin: nobody knows yet how ${asker ?? rpc} of this payout ended. ${
    asker ? "Repeat this call in a moment." : `Repeat that ${rpc} first: it finds out.`
  }`;
  return new Failure("IDEMPOTENCY_IN_PROGRESS", message, { retryAfterMs: 1000 });
}
