import {
  missingField,
  PayoutStatus,
  Refusal,
  type Reply,
  type Request,
} from "../../../src/connector/contract.ts";
import { type AccountModel, linkOperations } from "../account-model.ts";
import { readAmount } from "../amount.ts";
import { callStripe } from "../client.ts";
import type { StripeContext } from "../credentials.ts";
import { isAwaitingRetry, type PayoutReply, unopenedReply } from "../map.ts";
import * as shapes from "../shapes.ts";
import { readCustomer, readTarget, requireAccountId, requireTarget } from "../stripe-id.ts";
import { accounts, eligibility, enroll } from "./accounts.ts";
import { accountStatus, intentReply, orderParameters, paymentReply } from "./map.ts";
import { over, ownPayments, pay, readIntent, readPayment, recipientOf } from "./payments.ts";

/** Global Payouts: recipients are v2 accounts, paid with outbound payments from a financial account. */
export const globalPayouts: AccountModel = {
  ...linkOperations(accounts),
  create: pay,
  transfer: pay,
  enrollDisburseAccount: enroll,
  eligibility,
  get,
  void: cancel,
  stage,
};

async function get(request: Request<"get">, context: StripeContext): Promise<Reply<"get">> {
  const target = readTarget(request, context);
  if (!target) return unopenedReply(context);
  if (target.kind === "payment") return getPayment(target.id, context);
  if (target.kind === "intent") return intentReply(await readIntent(target.id, context), context);
  const id = requireAccountId(target);
  const [account, payments] = await Promise.all([accounts.read(id, context), ownPayments(id, context)]);
  const [newest] = payments;
  if (newest && !isEarlierAttempt(newest, context)) return paymentReply(newest, context);
  return { payoutStatus: accountStatus(account, context), connectorPayoutId: id };
}

async function getPayment(id: string, context: StripeContext): Promise<PayoutReply> {
  const payment = await readPayment(id, context);
  if (!isEarlierAttempt(payment, context)) return paymentReply(payment, context);
  const account = await accounts.read(await recipientOf(id, context), context);
  return { payoutStatus: accountStatus(account, context), connectorPayoutId: id };
}

/** Whether a payment is over and belongs to an earlier payment attempt, so that the recipient's account decides the status. */
function isEarlierAttempt({ status }: shapes.Payment, context: StripeContext): boolean {
  return isAwaitingRetry(context) && over.has(status);
}

async function stage(request: Request<"stage">, context: StripeContext): Promise<Reply<"stage">> {
  const amount = readAmount(request, context);
  const recipient = readCustomer(request.customer);
  if (!recipient) {
    throw missingField(
      "customer.connector_customer_id",
      "Write the recipient's account, acct_…: Stripe quotes only for recipients who can be paid already.",
    );
  }
  const order = orderParameters(context, amount, { recipient });
  const { merchantQuoteId } = request;
  const intent = await callStripe(
    context,
    shapes.intent,
    (stripe, options) =>
      stripe.v2.moneyManagement.payoutIntents.create(
        {
          ...order,
          confirmation_method: "manual",
          metadata: { pl_v: "1", ...(merchantQuoteId && { merchant_quote_id: merchantQuoteId }) },
        },
        options,
      ),
    { key: "stage" },
  );
  return intentReply(intent, context);
}

async function cancel(request: Request<"void">, context: StripeContext): Promise<Reply<"void">> {
  const target = context.payout ? readTarget(request, context) : requireTarget(request, context);
  if (!target) return { payoutStatus: PayoutStatus.CANCELLED };
  if (target.kind === "intent") return cancelIntent(target.id, context);
  if (target.kind === "payment" && !isAwaitingRetry(context)) return cancelPayment(target.id, context);
  const id = target.kind === "payment" ? await recipientOf(target.id, context) : requireAccountId(target);
  const [account, payments] = await Promise.all([accounts.read(id, context), ownPayments(id, context)]);
  const live = payments.find(({ status }) => !over.has(status));
  if (live) return cancelPayment(live.id, context);
  const done = { payoutStatus: PayoutStatus.CANCELLED, connectorPayoutId: id };
  // An account that was not created for this link may be paid again, so it stays open: the core records the cancellation.
  const isLink = account.metadata?.pl_id !== undefined && account.metadata.pl_id === context.payout?.id;
  if (account.closed || !isLink) return done;
  await callStripe(
    context,
    shapes.reference,
    (stripe, options) =>
      stripe.v2.core.accounts.close(id, { applied_configurations: ["recipient"] }, options),
    { key: "close" },
  );
  return done;
}

async function cancelPayment(id: string, context: StripeContext): Promise<PayoutReply> {
  return unlessCanceled(id, async () => {
    const canceled = await callStripe(
      context,
      shapes.payment,
      (stripe, options) => stripe.v2.moneyManagement.outboundPayments.cancel(id, {}, options),
      { key: "cancel" },
    );
    return paymentReply(canceled, context);
  });
}

async function cancelIntent(id: string, context: StripeContext): Promise<PayoutReply> {
  return unlessCanceled(id, async () => {
    const canceled = await callStripe(
      context,
      shapes.intent,
      (stripe, options) => stripe.v2.moneyManagement.payoutIntents.cancel(id, {}, options),
      { key: "cancel" },
    );
    return intentReply(canceled, context);
  });
}

/** A payment or intent that is canceled already counts as canceled by this call. */
async function unlessCanceled(id: string, cancelIt: () => Promise<PayoutReply>): Promise<PayoutReply> {
  try {
    return await cancelIt();
  } catch (error) {
    if (!(error instanceof Refusal) || !error.code.includes("already_canceled")) throw error;
    return { payoutStatus: PayoutStatus.CANCELLED, connectorPayoutId: id };
  }
}
