import { PayoutStatus, type Reply, type Request } from "../../../src/connector/contract.ts";
import { type AccountModel, linkOperations } from "../account-model.ts";
import { callStripe } from "../client.ts";
import type { StripeContext } from "../credentials.ts";
import { isAwaitingRetry, unopenedReply } from "../map.ts";
import * as shapes from "../shapes.ts";
import { readTarget, requireTarget } from "../stripe-id.ts";
import { accounts } from "./accounts.ts";
import { connectedAccountStatus, payoutReply, transferReply } from "./map.ts";
import { accountOf, isLivePayout, pay, readMoney, readPayout } from "./payments.ts";

/**
 * Connect: recipients are connected accounts. Money moves twice: a transfer to the account's Stripe balance, and a payout
 * from there to its bank. Create makes the transfer; Transfer makes whichever of the two is missing.
 */
export const connect: AccountModel = {
  ...linkOperations(accounts),
  create: (request, context) => pay(request, context, { untilTransfer: true }),
  transfer: (request, context) => pay(request, context, { untilTransfer: false }),
  get,
  void: cancel,
  eligibility,
};

async function get(request: Request<"get">, context: StripeContext): Promise<Reply<"get">> {
  const target = readTarget(request, context);
  if (!target) return unopenedReply(context);
  if (target.kind === "payout" && !isAwaitingRetry(context)) {
    return payoutReply(await readPayout(target, context), target.account ?? "", context);
  }
  const account = await accountOf(target, context);
  const [owner, { transfers, payouts }] = await Promise.all([
    accounts.read(account, context),
    readMoney(account, context),
  ]);
  const [payout] = payouts;
  const [transfer] = transfers;
  const isOver = payout && !isLivePayout(payout) && isAwaitingRetry(context);
  if (payout && !isOver && !transfer?.reversed) return payoutReply(payout, account, context);
  if (transfer && !isOver) return transferReply(transfer, context);
  return { payoutStatus: connectedAccountStatus(owner, context), connectorPayoutId: account };
}

async function cancel(request: Request<"void">, context: StripeContext): Promise<Reply<"void">> {
  const target = context.payout ? readTarget(request, context) : requireTarget(request, context);
  if (!target) return { payoutStatus: PayoutStatus.CANCELLED };
  const account = await accountOf(target, context);
  const { transfers, payouts } = await readMoney(account, context);
  const livePayout = payouts.find(isLivePayout);
  if (livePayout) {
    await callStripe(
      context,
      shapes.payout,
      (stripe, options) => stripe.payouts.cancel(livePayout.id, {}, options),
      { key: "cancel", account: { stripeAccount: account } },
    );
  }
  const transfer = transfers.find(({ reversed }) => !reversed);
  if (transfer) {
    await callStripe(
      context,
      shapes.reference,
      (stripe, options) => stripe.transfers.createReversal(transfer.id, {}, options),
      { key: "reverse" },
    );
  }
  await markVoid(account, context);
  return { payoutStatus: PayoutStatus.CANCELLED, connectorPayoutId: account };
}

/** Connected accounts outlive a link, so metadata marks that this link is cancelled. */
async function markVoid(account: string, context: StripeContext): Promise<void> {
  const { metadata } = await accounts.read(account, context);
  const isLink = metadata?.pl_id !== undefined && metadata.pl_id === context.payout?.id;
  if (!isLink || metadata.pl_state === "void") return;
  await callStripe(
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
  const owner = await accounts.read(account, context);
  return { payoutStatus: connectedAccountStatus(owner, context), connectorPayoutId: account };
}
