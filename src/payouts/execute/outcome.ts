import { currencyCode } from "../../connector/contract.ts";
import { Failure } from "../../core/failure.ts";
import { operationFacts, operations } from "../../core/operations.ts";
import type { Attempt, Initiator } from "../../core/payout.ts";
import { payoutStatus } from "../../core/status.ts";
import type { Outcome, PayoutUpdate } from "../../ledger/ledger.ts";
import { seal } from "../../security/seal.ts";
import type { Dependencies } from "../dependencies.ts";
import { presentNewLink, withProviderLink } from "../payout-link.ts";
import {
  type PayoutReply,
  type ProviderResult,
  providerLinkUpdate,
  updateFrom,
} from "../provider/provider-result.ts";
import type { PayoutRequest } from "../request/payout-request.ts";
import { type Plan, payoutMadeBy } from "./plan.ts";

/** What is written down of how an attempt ended. The reply is sealed: it can hold a provider's link. */
export function outcomeOf(
  { keys }: Pick<Dependencies, "keys">,
  plan: Plan,
  result: Extract<ProviderResult, { kind: "final" | "declined" | "unknown" }>,
): Outcome {
  const { operation, request, claim } = plan.command;
  const { failsPayout, pays } = operations[operation];
  const agreed = amountsOf(request);
  // Whatever the provider calls it, what may have been paid must not be paid again.
  const begun = failsPayout ? { status: payoutStatus.PENDING } : {};
  if (result.kind === "unknown") {
    const claimed = pays ? ({ linkState: "CLAIMED" } as const) : {};
    return { state: "UNKNOWN", change: { ...agreed, ...begun, ...claimed } };
  }
  const { reply, encoded } = result;
  const isRegistered = claim && operation === "enrollDisburseAccount" && !reply.error;
  return {
    state: "DONE",
    reply: seal(keys, encoded, replySealContext(plan.intent.attemptId)),
    change: {
      ...agreed,
      ...begun,
      ...(isRegistered && payable),
      ...updateFrom(operation, reply),
      ...linkUpdate(keys, plan, reply),
    },
  };
}

/** Where a link is once its recipient's account is registered, whatever that is called at the provider. */
const payable: PayoutUpdate = { status: payoutStatus.REQUIRES_FULFILLMENT, linkState: "CLAIMED" };

function linkUpdate(keys: Dependencies["keys"], plan: Plan, reply: PayoutReply): PayoutUpdate {
  const made = payoutMadeBy(plan);
  const known = plan.command.payout ?? (made && { id: made.id, link: undefined });
  return known ? providerLinkUpdate(keys, known, reply) : {};
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

/** Fills in what the core knows better than the connector: the caller's id, an id to use in Get, and the link. */
export function completeReply(
  deps: Pick<Dependencies, "keys" | "now" | "publicUrl">,
  { command, intent, payout }: Plan,
  reply: PayoutReply,
): PayoutReply {
  const { operation, request } = command;
  const merchantId =
    operation === "stage" ? request.merchantQuoteId : (request.merchantPayoutId ?? payout?.merchantPayoutId);
  if (merchantId !== undefined) reply.merchantPayoutId = merchantId;
  if (!reply.connectorPayoutId && payout && !reply.error)
    reply.connectorPayoutId = payout.connectorPayoutId ?? payout.id;
  if (operation === "createLink" && payout?.link && !reply.error) {
    // As it was when it was made: a repeat gets the first reply, whatever has become of the link since.
    const made = { ...payout, link: payout.link, createdAtMs: intent.startedAtMs };
    reply.payoutLink = withProviderLink(presentNewLink(deps, made), reply.payoutLink);
  }
  return reply;
}

const initiators: Readonly<Record<Exclude<Initiator, "caller">, string>> = {
  recipient: "the recipient's claim",
  automatic: "the automatic payment",
};

/** An earlier operation on the payout has an unknown outcome: nothing else may begin. */
export function blockedBy({ command }: Plan, attempt: Attempt): Failure {
  const { rpc } = operationFacts(attempt.operation);
  const { initiator } = attempt;
  const blocker = initiator === "caller" ? `its ${rpc}` : initiators[initiator];
  const message = `${operations[command.operation].rpc} is blocked: the outcome of ${blocker} is still unknown. ${
    initiator === "caller" ? `Repeat that ${rpc} first: it finds out.` : "Repeat this call in a moment."
  }`;
  return new Failure("IDEMPOTENCY_IN_PROGRESS", message, { retryAfterMs: 1000 });
}
