import { z } from "zod";
import { notFound, refusedV1 } from "./api-error.ts";
import { currency, limit, metadata, minorAmount, type Route, route, type Target } from "./route.ts";
import type { Payout, State } from "./state.ts";
import { connected } from "./v1-accounts.ts";
import { balanceOf, move } from "./v1-balance.ts";
import { list } from "./v1-list.ts";

const payoutCreation = z.strictObject({
  amount: minorAmount,
  currency,
  description: z.string().optional(),
  metadata: metadata.optional(),
  method: z.enum(["instant", "standard"]).optional(),
  statement_descriptor: z.string().max(22).optional(),
});
const none = z.strictObject({});

/** v1: payouts from connected accounts, and from the platform where no account is named. */
export const v1PayoutRoutes: readonly Route[] = [
  route("POST", "/v1/payouts", payoutCreation, createPayout),
  route("GET", "/v1/payouts", z.strictObject({ limit }), (query, { state, account }) =>
    list("/v1/payouts", account ? connected(state, account).payouts : [], query.limit, payoutBody),
  ),
  route("GET", "/v1/payouts/:id", none, (_, target) => payoutBody(payout(target))),
  route("POST", "/v1/payouts/:id/cancel", none, (_, target) => {
    const found = payout(target);
    if (found.status !== "pending") {
      throw refusedV1("payout_not_cancelable", `The payout is ${found.status} and cannot be canceled.`);
    }
    endPayout(target.state, found, "canceled", undefined);
    return payoutBody(found);
  }),
];

/** Ends a payout, with the money going back to the account's balance unless it was paid. */
export function endPayout(
  state: State,
  payout: Payout,
  status: Payout["status"],
  failureCode: string | undefined,
): void {
  payout.status = status;
  payout.failureCode = failureCode;
  if (status === "canceled" || status === "failed") {
    move(balanceOf(state, payout.account), payout.currency, payout.amount);
  }
}

function createPayout(parameters: z.infer<typeof payoutCreation>, { state, account }: Target): object {
  const amount = Number(parameters.amount);
  const owner = account === undefined ? undefined : connected(state, account);
  if (owner && owner.defaults.size === 0) {
    throw refusedV1("payouts_not_allowed", "The account has no bank account to be paid out to.");
  }
  const balance = balanceOf(state, account);
  if ((balance.get(parameters.currency) ?? 0) < amount) {
    throw refusedV1("balance_insufficient", "The account's balance does not cover this payout.");
  }
  move(balance, parameters.currency, -amount);
  const made: Payout = {
    id: state.newId("po_"),
    createdMs: state.nowMs(),
    account,
    amount,
    currency: parameters.currency,
    metadata: parameters.metadata ?? {},
    status: "pending",
    failureCode: undefined,
  };
  state.payouts.set(made.id, made);
  owner?.payouts.push(made);
  return payoutBody(made);
}

function payout({ state, ids, account }: Target): Payout {
  const found = state.payouts.get(ids[0] ?? "");
  if (!found || found.account !== account) throw notFound("v1", "payout", ids[0] ?? "");
  return found;
}

/** A payout as v1 shows it. */
export function payoutBody(payout: Payout): object {
  return {
    id: payout.id,
    object: "payout",
    amount: payout.amount,
    arrival_date: Math.floor(payout.createdMs / 1000) + 2 * 86_400,
    automatic: false,
    created: Math.floor(payout.createdMs / 1000),
    currency: payout.currency,
    description: null,
    failure_code: payout.failureCode ?? null,
    failure_message: payout.failureCode ? "The bank did not take the money." : null,
    livemode: false,
    metadata: payout.metadata,
    method: "standard",
    reversed_by: null,
    status: payout.status,
    type: "bank_account",
  };
}
