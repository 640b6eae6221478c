import { Failure, invalidField, Refusal, type Request } from "../../src/connector/contract.ts";
import { type PayoutAmount, readAmount } from "./amount.ts";
import { ask } from "./client.ts";
import { readConnectedAccount } from "./connect-accounts.ts";
import { accountOf, isLivePayout, readMoney } from "./connect-money.ts";
import type { StripeContext } from "./credentials.ts";
import { payoutMetadata } from "./map.ts";
import * as shapes from "./shapes.ts";
import { payoutStanding, type Standing, transferStanding } from "./standing.ts";
import { readCustomer, readTarget, requireTarget } from "./stripe-id.ts";

type PayRequest = Request<"create"> | Request<"transfer">;

/** Makes what is missing of the transfer and the payout; or of the transfer only. */
export async function pay(
  request: PayRequest,
  context: StripeContext,
  { untilTransfer }: { untilTransfer: boolean },
): Promise<Standing> {
  refuseWhatConnectLacks(request);
  const amount = readAmount(request, context);
  if (amount.currency !== amount.destinationCurrency) {
    throw invalidField(
      "destination_currency",
      `With Connect, write the currency of the amount: ${amount.currency.toUpperCase()}.`,
    );
  }
  const account = await findAccount(request, context);
  const [owner, { transfers, payouts }] = await Promise.all([
    readConnectedAccount(account, context),
    readMoney(account, context),
  ]);
  const livePayout = payouts.find(isLivePayout);
  if (livePayout) return payoutStanding(livePayout, account, context);
  if (owner.metadata?.pl_state === "void") throw voided();
  const live = transfers.find(({ reversed }) => !reversed);
  const transfer = live ?? (await createTransfer(account, amount, transfers.length, context));
  if (untilTransfer) return transferStanding(transfer, context);
  return payOut(transfer, account, amount, payouts.length, context);
}

function refuseWhatConnectLacks(request: PayRequest): void {
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
  return ask(context, shapes.transfer, (stripe, options) => stripe.transfers.create(parameters, options), {
    key: `transfer:${earlier}`,
  });
}

async function payOut(
  transfer: shapes.Transfer,
  account: string,
  amount: PayoutAmount,
  earlier: number,
  context: StripeContext,
): Promise<Standing> {
  try {
    const payout = await ask(
      context,
      shapes.payout,
      (stripe, options) =>
        stripe.payouts.create(
          { amount: amount.value, currency: amount.currency, metadata: payoutMetadata(context) },
          options,
        ),
      { key: `payout:${earlier}`, account: { stripeAccount: account } },
    );
    return payoutStanding(payout, account, context);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    // The money has left the platform and not arrived, so a refusal here is not the payment's end.
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
