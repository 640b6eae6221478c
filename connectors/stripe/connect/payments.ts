import { Failure, invalidField, Refusal, type Request } from "../../../src/connector/contract.ts";
import { type PayoutAmount, readAmount } from "../amount.ts";
import { callStripe } from "../client.ts";
import type { StripeContext } from "../credentials.ts";
import { type PayoutReply, payoutMetadata } from "../map.ts";
import * as shapes from "../shapes.ts";
import { readCustomer, readTarget, requireTarget, type StripeId } from "../stripe-id.ts";
import { accounts } from "./accounts.ts";
import { payoutReply, transferReply } from "./map.ts";

type PayRequest = Request<"create"> | Request<"transfer">;

/** Makes the transfer and the payout, or whichever of them is missing; with `untilTransfer` the transfer only. */
export async function pay(
  request: PayRequest,
  context: StripeContext,
  { untilTransfer }: { untilTransfer: boolean },
): Promise<PayoutReply> {
  refuseUnsupported(request);
  const amount = readAmount(request, context);
  if (amount.currency !== amount.destinationCurrency) {
    throw invalidField(
      "destination_currency",
      `With Connect, write the currency of the amount: ${amount.currency.toUpperCase()}.`,
    );
  }
  const account = await findAccount(request, context);
  const [owner, { transfers, payouts }] = await Promise.all([
    accounts.read(account, context),
    readMoney(account, context),
  ]);
  const livePayout = payouts.find(isLivePayout);
  if (livePayout) return payoutReply(livePayout, account, context);
  if (owner.metadata?.pl_state === "void") throw voided();
  const live = transfers.find(({ reversed }) => !reversed);
  const transfer = live ?? (await createTransfer(account, amount, transfers.length, context));
  if (untilTransfer) return transferReply(transfer, context);
  return payOut(transfer, account, amount, payouts.length, context);
}

function refuseUnsupported(request: PayRequest): void {
  if (request.connectorQuoteId) {
    throw invalidField(
      "connector_quote_id",
      "Connect has no quotes: leave it out, or use account_model: global_payouts.",
    );
  }
  if (request.payoutMethodData) {
    throw invalidField(
      "payout_method_data",
      "With Connect the recipient gives the account on Stripe's page: leave it out.",
    );
  }
}

function createTransfer(
  account: string,
  amount: PayoutAmount,
  earlier: number,
  context: StripeContext,
): Promise<shapes.Transfer> {
  const parameters = {
    amount: amount.value,
    currency: amount.currency,
    destination: account,
    ...(context.payout && { transfer_group: context.payout.id }),
    metadata: payoutMetadata(context),
  };
  return callStripe(
    context,
    shapes.transfer,
    (stripe, options) => stripe.transfers.create(parameters, options),
    {
      key: `transfer:${earlier}`,
    },
  );
}

async function payOut(
  transfer: shapes.Transfer,
  account: string,
  amount: PayoutAmount,
  earlier: number,
  context: StripeContext,
): Promise<PayoutReply> {
  try {
    const payout = await callStripe(
      context,
      shapes.payout,
      (stripe, options) =>
        stripe.payouts.create(
          { amount: amount.value, currency: amount.currency, metadata: payoutMetadata(context) },
          options,
        ),
      { key: `payout:${earlier}`, account: { stripeAccount: account } },
    );
    return payoutReply(payout, account, context);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    // The money has left the platform and not arrived, so a refusal here does not end the payment.
    throw new Failure(
      "OUTCOME_UNKNOWN",
      `stripe made the transfer ${transfer.id} and refused the payout that follows it (${error.code}: ${error.message}). Repeat the call with the same merchant_payout_id or idempotency-key: it goes on from there and pays nothing twice.`,
      { cause: error, metadata: { connector: "stripe", code: error.code } },
    );
  }
}

function voided(): Refusal {
  return new Refusal({
    reason: "PROVIDER_CONFLICT",
    status: 409,
    code: "voided",
    message: "The link of this account was cancelled.",
  });
}

async function findAccount(request: PayRequest, context: StripeContext): Promise<string> {
  const named = readCustomer(request.customer);
  const target = readTarget(request, context);
  return !target && named ? named : accountOf(target ?? requireTarget(request, context), context);
}

/** Whether a payout has paid, or may still. */
export function isLivePayout({ status }: shapes.Payout): boolean {
  return status !== "failed" && status !== "canceled";
}

/** The connected account that an id belongs to. */
export async function accountOf(target: StripeId, context: StripeContext): Promise<string> {
  if (target.kind === "account") return target.id;
  if (target.account) return target.account;
  if (target.kind !== "transfer") {
    throw invalidField("connector_payout_id", "With Connect, write acct_…, tr_… or acct_…/po_….");
  }
  const transfer = await callStripe(context, shapes.transfer, (stripe, options) =>
    stripe.transfers.retrieve(target.id, {}, options),
  );
  if (transfer.destination) return transfer.destination;
  throw invalidField("connector_payout_id", `Stripe names no account for ${target.id}: write acct_….`);
}

/** This payout's transfers to an account and payouts from it, newest first. Without a payout, all are its own. */
export async function readMoney(account: string, context: StripeContext) {
  const { payout } = context;
  const group = payout && { transfer_group: payout.id };
  const [transfers, payouts] = await Promise.all([
    callStripe(context, shapes.list(shapes.transfer), (stripe, options) =>
      stripe.transfers.list({ destination: account, ...group, limit: 100 }, options),
    ),
    callStripe(
      context,
      shapes.list(shapes.payout),
      (stripe, options) => stripe.payouts.list({ limit: 100 }, options),
      { account: { stripeAccount: account } },
    ),
  ]);
  const isOwn = ({ metadata }: shapes.Payout) => !payout || !metadata || metadata.pl_id === payout.id;
  return { transfers: transfers.data, payouts: payouts.data.filter(isOwn) };
}

/** A payout by its id, which carries the account's. */
export function readPayout({ id, account }: StripeId, context: StripeContext): Promise<shapes.Payout> {
  if (!account) {
    throw invalidField(
      "connector_payout_id",
      "Write acct_…/po_…: Stripe finds a payout only in its account.",
    );
  }
  return callStripe(context, shapes.payout, (stripe, options) => stripe.payouts.retrieve(id, {}, options), {
    account: { stripeAccount: account },
  });
}
