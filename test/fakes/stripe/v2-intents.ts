import { z } from "zod";
import { notFound, refused } from "./api-error.ts";
import { type Route, route, type Target } from "./route.ts";
import type { PayoutIntent, State } from "./state.ts";
import { recipient } from "./v2-accounts.ts";
import { endPayment, order, pay, usableMethod } from "./v2-payments.ts";

/** The fee that the fake estimates for every payout, in minor units. */
const FEE = 50;

const creation = order.extend({ confirmation_method: z.enum(["automatic", "manual"]).optional() });
const none = z.strictObject({});

/** v2 money management: payout intents. */
export const v2IntentRoutes: readonly Route[] = [
  route("POST", "/v2/money_management/payout_intents", creation, createIntent),
  route("GET", "/v2/money_management/payout_intents/:id", none, (_, { state, ids }) =>
    intentBody(state, intent(state, ids[0])),
  ),
  route("POST", "/v2/money_management/payout_intents/:id/confirm", none, (_, { state, ids }) => {
    const found = intent(state, ids[0]);
    if (found.status !== "requires_action" || found.failureReason !== undefined) {
      throw refused(
        "cannot_proceed",
        "payout_intent_cannot_proceed",
        `The payout intent is ${found.status}.`,
      );
    }
    execute(state, found);
    return intentBody(state, found);
  }),
  route("POST", "/v2/money_management/payout_intents/:id/cancel", none, (_, { state, ids }) => {
    const found = intent(state, ids[0]);
    cancelIntent(state, found);
    return intentBody(state, found);
  }),
];

function createIntent(parameters: z.infer<typeof creation>, { state }: Target): object {
  const account = recipient(state, parameters.to.recipient);
  const toCurrency = parameters.to.currency ?? parameters.amount.currency;
  usableMethod(state, account, toCurrency, parameters.to.payout_method);
  const made: PayoutIntent = {
    id: state.newId("poi_test_"),
    createdMs: state.nowMs(),
    financialAccount: parameters.from.financial_account,
    fromCurrency: parameters.from.currency,
    recipient: account.id,
    payoutMethod: parameters.to.payout_method,
    toCurrency,
    amount: parameters.amount,
    confirmationMethod: parameters.confirmation_method ?? "automatic",
    metadata: parameters.metadata ?? {},
    status: "requires_action",
    failureReason: undefined,
    payment: undefined,
  };
  state.intents.set(made.id, made);
  if (made.confirmationMethod === "automatic") execute(state, made);
  return intentBody(state, made);
}

function execute(state: State, intent: PayoutIntent): void {
  const { confirmation_method: _, ...parameters } = {
    amount: intent.amount,
    from: { financial_account: intent.financialAccount, currency: intent.fromCurrency },
    to: { recipient: intent.recipient, payout_method: intent.payoutMethod, currency: intent.toCurrency },
    metadata: intent.metadata,
    confirmation_method: intent.confirmationMethod,
  };
  intent.payment = pay(state, parameters, intent.id).id;
  intent.status = "pending";
}

function cancelIntent(state: State, intent: PayoutIntent): void {
  const payment = state.payments.get(intent.payment ?? "");
  const open = intent.status === "requires_action" || intent.status === "pending";
  if (!open && !payment?.cancelable) {
    throw refused("not_cancelable", "payout_intent_not_cancelable", `The payout intent is ${intent.status}.`);
  }
  if (payment) endPayment(state, payment, "canceled", undefined);
  intent.status = "canceled";
}

function intent(state: State, id: string | undefined): PayoutIntent {
  const found = state.intents.get(id ?? "");
  if (!found) throw notFound("v2", "payout intent", id ?? "");
  return found;
}

function intentBody(state: State, intent: PayoutIntent): object {
  const payment = state.payments.get(intent.payment ?? "");
  return {
    id: intent.id,
    object: "v2.money_management.payout_intent",
    amount: intent.amount,
    confirmation_method: intent.confirmationMethod,
    created: new Date(intent.createdMs).toISOString(),
    estimated_fees: [{ amount: { value: FEE, currency: intent.fromCurrency }, type: "standard_payout_fee" }],
    from: { financial_account: intent.financialAccount, currency: intent.fromCurrency },
    latest_payout: payment ? { type: "outbound_payment", outbound_payment: payment.id } : null,
    livemode: false,
    metadata: intent.metadata,
    next_action: intent.status === "requires_action" ? nextAction(intent) : null,
    status: intent.status,
    to: {
      recipient: intent.recipient,
      payout_method: payment?.payoutMethod ?? intent.payoutMethod ?? null,
      currency: intent.toCurrency,
    },
  };
}

function nextAction(intent: PayoutIntent): object {
  return intent.failureReason === undefined
    ? { type: "confirm", confirm: { reason: "manually_requested", fields_to_review: ["estimated_fees"] } }
    : { type: "handle_failure", handle_failure: { failure_reason: intent.failureReason } };
}
