import { z } from "zod";
import { notFound, refused } from "./api-error.ts";
import { amount, currency, limit, metadata, type Route, route, type Target } from "./route.ts";
import type { Account, OutboundPayment, State } from "./state.ts";
import { recipient } from "./v2-accounts.ts";

const networkOptions = z.strictObject({
  preferred_networks: z.array(z.enum(["ach", "fedwire", "fps", "rtp", "sepa", "swift"])),
  preferred_network_options: z
    .strictObject({ ach: z.strictObject({ submission: z.enum(["next_day", "same_day"]) }) })
    .optional(),
});

/** What outbound payments and payout intents have in common. */
export const order = z.strictObject({
  amount,
  from: z.strictObject({ financial_account: z.string(), currency }),
  to: z.strictObject({
    recipient: z.string(),
    payout_method: z.string().optional(),
    currency: currency.optional(),
    payout_method_options: z.strictObject({ bank_account: networkOptions }).optional(),
  }),
  description: z.string().optional(),
  metadata: metadata.optional(),
  recipient_notification: z.strictObject({ setting: z.enum(["configured", "none"]) }).optional(),
  statement_descriptor: z.string().min(3).max(22).optional(),
});

/** Parameters of an outbound payment. */
export type Order = z.infer<typeof order>;

const query = z.strictObject({
  limit,
  /** How many entries the earlier pages had. */
  page: z
    .string()
    .regex(/^[0-9]+$/)
    .optional(),
  recipient: z.string().optional(),
  status: z.array(z.enum(["canceled", "failed", "posted", "processing", "returned"])).optional(),
});
const none = z.strictObject({});

/** v2 money management: outbound payments. */
export const v2PaymentRoutes: readonly Route[] = [
  route("POST", "/v2/money_management/outbound_payments", order, (parameters, { state }) =>
    paymentBody(pay(state, parameters, undefined)),
  ),
  route("GET", "/v2/money_management/outbound_payments", query, listPayments),
  route("GET", "/v2/money_management/outbound_payments/:id", none, (_, { state, ids }) =>
    paymentBody(payment(state, ids[0])),
  ),
  route("POST", "/v2/money_management/outbound_payments/:id/cancel", none, (_, { state, ids }) =>
    paymentBody(cancelPayment(state, payment(state, ids[0]))),
  ),
];

/** Makes a payment, or refuses it as Stripe does: account, capability, payout method, money, in this order. */
export function pay(state: State, parameters: Order, payoutIntent: string | undefined): OutboundPayment {
  const account = recipient(state, parameters.to.recipient);
  const toCurrency = parameters.to.currency ?? parameters.amount.currency;
  const payoutMethod = usableMethod(state, account, toCurrency, parameters.to.payout_method);
  const funds = state.funds.get(parameters.from.financial_account);
  if (!funds) throw notFound("v2", "financial account", parameters.from.financial_account);
  const available = funds.get(parameters.from.currency) ?? 0;
  if (available < parameters.amount.value) {
    throw refused(
      "insufficient_funds",
      "outbound_payment_insufficient_funds",
      "The financial account does not hold enough for this payment.",
    );
  }
  funds.set(parameters.from.currency, available - parameters.amount.value);
  const made: OutboundPayment = {
    id: state.newId("obp_test_"),
    createdMs: state.nowMs(),
    financialAccount: parameters.from.financial_account,
    fromCurrency: parameters.from.currency,
    recipient: account.id,
    payoutMethod,
    toCurrency,
    amount: parameters.amount,
    description: parameters.description,
    metadata: parameters.metadata ?? {},
    payoutIntent,
    status: "processing",
    reason: undefined,
    cancelable: true,
  };
  state.payments.set(made.id, made);
  account.payments.push(made);
  return made;
}

/** Checks that the recipient can be paid. Returns the payout method's id. */
export function usableMethod(
  state: State,
  account: Account,
  toCurrency: string,
  chosen: string | undefined,
): string {
  const active = [...account.capabilities.values()].some(({ status }) => status === "active");
  if (account.closed || !active) {
    throw refused(
      "capability_not_enabled",
      "capability_not_enabled",
      "The recipient has no active capability to be paid.",
    );
  }
  const id = chosen ?? account.defaults.get(toCurrency);
  const method = state.payoutMethods.get(id ?? "");
  if (method?.account !== account.id) {
    throw refused(
      "invalid_payout_method",
      "invalid_payout_method",
      `The recipient has no payout method for ${toCurrency}.`,
    );
  }
  return method.id;
}

/** Ends a payment, with the money going back unless it was posted. */
export function endPayment(
  state: State,
  payment: OutboundPayment,
  status: OutboundPayment["status"],
  reason: string | undefined,
): void {
  const funds = state.funds.get(payment.financialAccount);
  if (status !== "posted" && status !== "processing") {
    funds?.set(payment.fromCurrency, (funds.get(payment.fromCurrency) ?? 0) + payment.amount.value);
  }
  payment.status = status;
  payment.reason = reason;
  payment.cancelable = status === "processing";
}

/** @throws ApiError already_canceled or not_cancelable. */
export function cancelPayment(state: State, payment: OutboundPayment): OutboundPayment {
  if (payment.status === "canceled") {
    throw refused(
      "already_canceled",
      "outbound_payment_already_canceled",
      "The payment is canceled already.",
    );
  }
  if (!payment.cancelable) {
    throw refused(
      "not_cancelable",
      "outbound_payment_not_cancelable",
      "The payment cannot be canceled any more.",
    );
  }
  endPayment(state, payment, "canceled", undefined);
  return payment;
}

function listPayments(parameters: z.infer<typeof query>, { state }: Target): object {
  const pool = parameters.recipient
    ? recipient(state, parameters.recipient).payments
    : [...state.payments.values()];
  const fitting = pool.filter(({ status }) => !parameters.status || parameters.status.includes(status));
  const size = Number(parameters.limit ?? 10);
  const skipped = Number(parameters.page ?? 0);
  const end = Math.max(0, fitting.length - skipped);
  const data = fitting
    .slice(Math.max(0, end - size), end)
    .reverse()
    .map(paymentBody);
  const next = new URLSearchParams({ limit: String(size), page: String(skipped + size) });
  if (parameters.recipient) next.set("recipient", parameters.recipient);
  for (const [index, status] of parameters.status?.entries() ?? []) next.set(`status[${index}]`, status);
  const path = "/v2/money_management/outbound_payments";
  return { data, next_page_url: end > size ? `${path}?${next}` : null, previous_page_url: null };
}

function payment(state: State, id: string | undefined): OutboundPayment {
  const found = state.payments.get(id ?? "");
  if (!found) throw notFound("v2", "outbound payment", id ?? "");
  return found;
}

/** An outbound payment in a reply. */
function paymentBody(payment: OutboundPayment): object {
  const details = payment.reason === undefined ? null : { [payment.status]: { reason: payment.reason } };
  return {
    id: payment.id,
    object: "v2.money_management.outbound_payment",
    amount: payment.amount,
    cancelable: payment.cancelable,
    created: new Date(payment.createdMs).toISOString(),
    description: payment.description ?? null,
    from: {
      debited: { value: payment.amount.value, currency: payment.fromCurrency },
      financial_account: payment.financialAccount,
    },
    livemode: false,
    metadata: payment.metadata,
    payout_intent: payment.payoutIntent ?? null,
    recipient_notification: { setting: "configured" },
    statement_descriptor: "STRIPE",
    status: payment.status,
    status_details: details,
    to: {
      credited: { value: payment.amount.value, currency: payment.toCurrency },
      payout_method: payment.payoutMethod,
      recipient: payment.recipient,
    },
  };
}
