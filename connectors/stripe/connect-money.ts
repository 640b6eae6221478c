import { invalidField } from "../../src/connector/contract.ts";
import { ask } from "./client.ts";
import type { StripeContext } from "./credentials.ts";
import * as shapes from "./shapes.ts";
import type { StripeId } from "./stripe-id.ts";

/** Whether a payout has paid, or may still. */
export function isLivePayout({ status }: shapes.Payout): boolean {
  return status !== "failed" && status !== "canceled";
}

/** The connected account that an id is of. */
export async function accountOf(target: StripeId, context: StripeContext): Promise<string> {
  if (target.kind === "account") return target.id;
  if (target.account) return target.account;
  if (target.kind !== "transfer") {
    throw invalidField("connector_payout_id", "With Connect, write acct_…, tr_… or acct_…/po_….");
  }
  const transfer = await ask(context, shapes.transfer, (stripe, options) =>
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
    ask(context, shapes.list(shapes.transfer), (stripe, options) =>
      stripe.transfers.list({ destination: account, ...group, limit: 100 }, options),
    ),
    ask(
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
  return ask(context, shapes.payout, (stripe, options) => stripe.payouts.retrieve(id, {}, options), {
    account: { stripeAccount: account },
  });
}
