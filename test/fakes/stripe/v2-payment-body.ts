import type { OutboundPayment } from "./state.ts";

/** An outbound payment as it is answered. */
export function paymentBody(payment: OutboundPayment): object {
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
