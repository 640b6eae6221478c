import {
  invalidField,
  missingField,
  PayoutStatus,
  Refusal,
  type Request,
} from "../../../src/connector/contract.ts";
import { readAmount } from "../amount.ts";
import { callStripe } from "../client.ts";
import type { StripeContext } from "../credentials.ts";
import { type PayoutReply, payoutMetadata } from "../map.ts";
import * as shapes from "../shapes.ts";
import { readCustomer, readTarget } from "../stripe-id.ts";
import { intentReply, orderParameters, paymentReply } from "./map.ts";

/**
 * Pays with Global Payouts, once. Reads the payments that this payout has already: one that is not over is the reply, and
 * the number of those that are over is part of the next one's key. With a quote, confirms the quote.
 */
export async function pay(
  request: Request<"create"> | Request<"transfer">,
  context: StripeContext,
): Promise<PayoutReply> {
  const target = readTarget(request, context);
  const quote = request.connectorQuoteId || (target?.kind === "intent" ? target.id : undefined);
  if (quote) return confirm(quote, request, context);
  if (request.payoutMethodData) {
    throw invalidField(
      "payout_method_data",
      "Stripe pays to what it has on file: leave this out, or attach the account first with EnrollDisburseAccount.",
    );
  }
  const amount = readAmount(request, context);
  const recipient = await findRecipient(request, context);
  const order = orderParameters(context, amount, {
    recipient,
    payoutMethod: request.connectorPayoutMethodId,
    priority: request.priority,
  });
  const earlier = await ownPayments(recipient, context);
  const live = earlier.find(({ status }) => !over.has(status));
  if (live) return paymentReply(live, context);
  const parameters = {
    ...order,
    ...(request.description && { description: request.description }),
    metadata: payoutMetadata(context),
  };
  const payment = await callStripe(
    context,
    shapes.payment,
    (stripe, options) => stripe.v2.moneyManagement.outboundPayments.create(parameters, options),
    { key: `pay:${earlier.length}` },
  );
  return paymentReply(payment, context);
}

/** Statuses after which the money is with the sender, so that another payment may follow. */
export const over: ReadonlySet<string> = new Set(["canceled", "failed", "returned"]);

/** The payments of this payout to a recipient, newest first. Without a payout, every payment to them is one. */
export async function ownPayments(
  recipient: string,
  context: StripeContext,
): Promise<readonly shapes.Payment[]> {
  const shape = shapes.page(shapes.payment);
  let page = await callStripe(context, shape, (stripe, options) =>
    stripe.v2.moneyManagement.outboundPayments.list({ recipient, limit: PAGE_SIZE }, options),
  );
  const found = [...page.data];
  for (let count = 1; page.next_page_url && count < MAX_PAGES; count++) {
    const next = page.next_page_url.replace(/^https?:\/\/[^/]+/, "");
    page = await callStripe(context, shape, (stripe, options) =>
      stripe.rawRequest("GET", next, undefined, options),
    );
    found.push(...page.data);
  }
  const { payout } = context;
  // A payment without metadata cannot be shown to be another payout's, so it is taken for this one's.
  return found.filter(({ metadata }) => !payout || !metadata || metadata.pl_id === payout.id);
}

const PAGE_SIZE = 100;
/** A recipient of more payments is protected by the idempotency key alone. */
const MAX_PAGES = 10;

/** The recipient's account: of a link, of a payment that is repeated, or as the caller names it. */
async function findRecipient(
  request: Request<"create"> | Request<"transfer">,
  context: StripeContext,
): Promise<string> {
  const target = readTarget(request, context);
  if (target?.kind === "account") return target.id;
  if (target?.kind === "payment") return recipientOf(target.id, context);
  const named = readCustomer(request.customer);
  if (named) return named;
  throw missingField(
    "connector_payout_id",
    "Write the recipient's account, acct_…, as CreateLink or CreateRecipient gave it.",
  );
}

/** The recipient of a payment. */
export async function recipientOf(paymentId: string, context: StripeContext): Promise<string> {
  const { to } = await callStripe(context, shapes.paymentTarget, (stripe, options) =>
    stripe.v2.moneyManagement.outboundPayments.retrieve(paymentId, {}, options),
  );
  if (to?.recipient) return to.recipient;
  throw new Refusal({
    reason: "PROVIDER_NOT_FOUND",
    status: 404,
    code: "recipient_missing",
    message: `Stripe names no recipient of ${paymentId}.`,
  });
}

/** A payment by its id. */
export function readPayment(id: string, context: StripeContext): Promise<shapes.Payment> {
  return callStripe(context, shapes.payment, (stripe, options) =>
    stripe.v2.moneyManagement.outboundPayments.retrieve(id, {}, options),
  );
}

/** A payout intent by its id. */
export function readIntent(id: string, context: StripeContext): Promise<shapes.Intent> {
  return callStripe(context, shapes.intent, (stripe, options) =>
    stripe.v2.moneyManagement.payoutIntents.retrieve(id, {}, options),
  );
}

/** Confirms a quote, if it still waits for that and is for the same amount. */
async function confirm(
  quote: string,
  request: Request<"create"> | Request<"transfer">,
  context: StripeContext,
): Promise<PayoutReply> {
  const amount = readAmount(request, context);
  const intent = await readIntent(quote, context);
  const { value, currency } = intent.amount ?? {};
  if (value !== amount.value || currency !== amount.currency) {
    throw invalidField("connector_quote_id", `The quote is for another amount: Stage ${amount.value} again.`);
  }
  const reply = intentReply(intent, context);
  if (reply.payoutStatus !== PayoutStatus.REQUIRES_CONFIRMATION) return reply;
  const confirmed = await callStripe(
    context,
    shapes.intent,
    (stripe, options) => stripe.v2.moneyManagement.payoutIntents.confirm(quote, {}, options),
    { key: "confirm" },
  );
  return intentReply(confirmed, context);
}
