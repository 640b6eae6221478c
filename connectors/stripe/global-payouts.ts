import {
  missingField,
  PayoutStatus,
  Refusal,
  type Reply,
  type Request,
} from "../../src/connector/contract.ts";
import { accountStanding } from "./account-standing.ts";
import { readAmount } from "./amount.ts";
import { ask } from "./client.ts";
import type { StripeContext } from "./credentials.ts";
import { createLink, openLink } from "./links.ts";
import { orderParameters } from "./map.ts";
import type { Model } from "./model.ts";
import { over, ownPayments, pay, readIntent, readPayment, recipientOf } from "./payments.ts";
import { createRecipient, eligibility, enroll, readAccount } from "./recipients.ts";
import * as shapes from "./shapes.ts";
import {
  intentStanding,
  isAskedAgain,
  paymentStanding,
  type Standing,
  unopenedStanding,
} from "./standing.ts";
import { readCustomer, readTarget, requireAccountId, requireTarget } from "./stripe-id.ts";

/** Global Payouts: recipients are v2 accounts, paid with outbound payments from a financial account. */
export const globalPayouts: Model = {
  createLink,
  openLink,
  create: pay,
  transfer: pay,
  createRecipient,
  enrollDisburseAccount: enroll,
  eligibility,
  get,
  void: cancel,
  stage,
};

async function get(request: Request<"get">, context: StripeContext): Promise<Reply<"get">> {
  const target = readTarget(request, context);
  if (!target) return unopenedStanding(context);
  if (target.kind === "payment") return getPayment(target.id, context);
  if (target.kind === "intent") return intentStanding(await readIntent(target.id, context), context);
  const id = requireAccountId(target);
  const [account, payments] = await Promise.all([readAccount(id, context), ownPayments(id, context)]);
  const [newest] = payments;
  if (newest && !isRetry(newest, context)) return paymentStanding(newest, context);
  return { payoutStatus: accountStanding(account, context), connectorPayoutId: id };
}

async function getPayment(id: string, context: StripeContext): Promise<Standing> {
  const payment = await readPayment(id, context);
  if (!isRetry(payment, context)) return paymentStanding(payment, context);
  const account = await readAccount(await recipientOf(id, context), context);
  return { payoutStatus: accountStanding(account, context), connectorPayoutId: id };
}

/** Whether a payment is over and the recipient was asked again, so that it is their account that counts. */
function isRetry({ status }: shapes.Payment, context: StripeContext): boolean {
  return isAskedAgain(context) && over.has(status);
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
  const intent = await ask(
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
  return intentStanding(intent, context);
}

async function cancel(request: Request<"void">, context: StripeContext): Promise<Reply<"void">> {
  const target = context.payout ? readTarget(request, context) : requireTarget(request, context);
  if (!target) return { payoutStatus: PayoutStatus.CANCELLED };
  if (target.kind === "intent") return cancelIntent(target.id, context);
  if (target.kind === "payment" && !isAskedAgain(context)) return cancelPayment(target.id, context);
  const id = target.kind === "payment" ? await recipientOf(target.id, context) : requireAccountId(target);
  const [account, payments] = await Promise.all([readAccount(id, context), ownPayments(id, context)]);
  const live = payments.find(({ status }) => !over.has(status));
  if (live) return cancelPayment(live.id, context);
  const done = { payoutStatus: PayoutStatus.CANCELLED, connectorPayoutId: id };
  // An account that was not made for this link is somebody's who may be paid again: the core remembers the rest.
  const isLink = account.metadata?.pl_id !== undefined && account.metadata.pl_id === context.payout?.id;
  if (account.closed || !isLink) return done;
  await ask(
    context,
    shapes.reference,
    (stripe, options) =>
      stripe.v2.core.accounts.close(id, { applied_configurations: ["recipient"] }, options),
    { key: "close" },
  );
  return done;
}

async function cancelPayment(id: string, context: StripeContext): Promise<Standing> {
  return unlessCanceled(id, async () => {
    const canceled = await ask(
      context,
      shapes.payment,
      (stripe, options) => stripe.v2.moneyManagement.outboundPayments.cancel(id, {}, options),
      { key: "cancel" },
    );
    return paymentStanding(canceled, context);
  });
}

async function cancelIntent(id: string, context: StripeContext): Promise<Standing> {
  return unlessCanceled(id, async () => {
    const canceled = await ask(
      context,
      shapes.intent,
      (stripe, options) => stripe.v2.moneyManagement.payoutIntents.cancel(id, {}, options),
      { key: "cancel" },
    );
    return intentStanding(canceled, context);
  });
}

/** That something is canceled already is what was asked for. */
async function unlessCanceled(id: string, cancelIt: () => Promise<Standing>): Promise<Standing> {
  try {
    return await cancelIt();
  } catch (error) {
    if (!(error instanceof Refusal) || !error.code.includes("already_canceled")) throw error;
    return { payoutStatus: PayoutStatus.CANCELLED, connectorPayoutId: id };
  }
}
