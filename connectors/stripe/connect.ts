import { PayoutStatus, type Reply, type Request } from "../../src/connector/contract.ts";
import { connectedAccountStanding } from "./account-standing.ts";
import { ask } from "./client.ts";
import { createLink, createRecipient, openLink, readConnectedAccount } from "./connect-accounts.ts";
import { accountOf, isLivePayout, readMoney, readPayout } from "./connect-money.ts";
import { pay } from "./connect-payments.ts";
import type { StripeContext } from "./credentials.ts";
import type { Model } from "./model.ts";
import * as shapes from "./shapes.ts";
import { isAskedAgain, payoutStanding, transferStanding, unopenedStanding } from "./standing.ts";
import { readTarget, requireTarget } from "./stripe-id.ts";

/**
 * Connect: recipients are connected accounts. Money moves twice: a transfer to the account's Stripe balance, and a payout
 * from there to its bank. Create makes the transfer; Transfer makes what is missing of both.
 */
export const connect: Model = {
  createLink,
  openLink,
  createRecipient,
  create: (request, context) => pay(request, context, { untilTransfer: true }),
  transfer: (request, context) => pay(request, context, { untilTransfer: false }),
  get,
  void: cancel,
  eligibility,
};

async function get(request: Request<"get">, context: StripeContext): Promise<Reply<"get">> {
  const target = readTarget(request, context);
  if (!target) return unopenedStanding(context);
  if (target.kind === "payout" && !isAskedAgain(context)) {
    return payoutStanding(await readPayout(target, context), target.account ?? "", context);
  }
  const account = await accountOf(target, context);
  const [owner, { transfers, payouts }] = await Promise.all([
    readConnectedAccount(account, context),
    readMoney(account, context),
  ]);
  const [payout] = payouts;
  const [transfer] = transfers;
  const isOver = payout && !isLivePayout(payout) && isAskedAgain(context);
  if (payout && !isOver && !transfer?.reversed) return payoutStanding(payout, account, context);
  if (transfer && !isOver) return transferStanding(transfer, context);
  return { payoutStatus: connectedAccountStanding(owner, context), connectorPayoutId: account };
}

async function cancel(request: Request<"void">, context: StripeContext): Promise<Reply<"void">> {
  const target = context.payout ? readTarget(request, context) : requireTarget(request, context);
  if (!target) return { payoutStatus: PayoutStatus.CANCELLED };
  const account = await accountOf(target, context);
  const { transfers, payouts } = await readMoney(account, context);
  const livePayout = payouts.find(isLivePayout);
  if (livePayout) {
    await ask(
      context,
      shapes.payout,
      (stripe, options) => stripe.payouts.cancel(livePayout.id, {}, options),
      { key: "cancel", account: { stripeAccount: account } },
    );
  }
  const transfer = transfers.find(({ reversed }) => !reversed);
  if (transfer) {
    await ask(
      context,
      shapes.reference,
      (stripe, options) => stripe.transfers.createReversal(transfer.id, {}, options),
      { key: "reverse" },
    );
  }
  await markVoid(account, context);
  return { payoutStatus: PayoutStatus.CANCELLED, connectorPayoutId: account };
}

/** Connected accounts outlive a link, so a mark says that this link is over. */
async function markVoid(account: string, context: StripeContext): Promise<void> {
  const { metadata } = await readConnectedAccount(account, context);
  const isLink = metadata?.pl_id !== undefined && metadata.pl_id === context.payout?.id;
  if (!isLink || metadata.pl_state === "void") return;
  await ask(
    context,
    shapes.reference,
    (stripe, options) => stripe.accounts.update(account, { metadata: { pl_state: "void" } }, options),
    { key: "void" },
  );
}

async function eligibility(
  request: Request<"eligibility">,
  context: StripeContext,
): Promise<Reply<"eligibility">> {
  const account = await accountOf(requireTarget(request, context), context);
  const owner = await readConnectedAccount(account, context);
  return { payoutStatus: connectedAccountStanding(owner, context), connectorPayoutId: account };
}
