import type { FakeLink, ProviderFake, ProviderFault } from "../../support/stages/provider-fake.ts";
import type { Control } from "./control.ts";
import { startFakeStripe } from "./fake-stripe.ts";
import type { FaultKind } from "./faults.ts";
import type { Account, OutboundPayment } from "./state.ts";

/**
 * Starts the fake with Global Payouts, as the conformance test drives every provider. A link is the recipient's account that
 * was made for it; Stripe's accounts know no end of their own, and are paid by outbound payments that Sluice asks for.
 */
export async function startFake(): Promise<ProviderFake> {
  const { url, control, close } = await startFakeStripe();
  return {
    url,
    credentials: { api_key: "sk_test_canary_stripe", financial_account: control.financialAccount },
    links: () =>
      control
        .accountIds()
        .map(control.account)
        .filter(({ metadata }) => metadata.pl_id !== undefined)
        .map(asLink),
    claim: (id) => control.completeOnboarding(id),
    pay: (id) => control.settle(paymentUnderWay(control, id).id, "posted"),
    fail: (id) => control.settle(paymentUnderWay(control, id).id, "failed", "payout_method_declined"),
    expire: (id) => {
      throw new RangeError(`Stripe has no end for ${id}: links of its accounts run out by Sluice's clock.`);
    },
    inject: ({ kind, when, method, times }) =>
      control.inject({
        ...faults[kind],
        moment: when,
        match: new RegExp(`^${method ?? "[A-Z]+"} `),
        ...(times !== undefined && { times }),
      }),
    faultsLeft: control.faultsLeft,
    requests: control.requests,
    webhook: (id, secret) => control.webhook(control.account(id).payments.at(-1)?.id ?? id, secret),
    close,
  };
}

const faults: Readonly<
  Record<ProviderFault["kind"], { readonly kind: FaultKind; readonly retryAfterSeconds?: number }>
> = {
  timeout: { kind: "timeout" },
  reset: { kind: "reset" },
  error500: { kind: "error-500" },
  rateLimit: { kind: "rate-limit", retryAfterSeconds: 0 },
  garbage: { kind: "garbage" },
  cut: { kind: "truncated" },
};

function asLink({ id, metadata, closed, payments }: Account): FakeLink {
  const begun = payments.filter(isBegun);
  return {
    id,
    isLive: !closed && begun.length === 0,
    isPaid: begun.some(({ status }) => status === "posted"),
    amountMinor: BigInt(metadata.pl_amt ?? "0"),
    paymentCount: begun.length,
  };
}

/** Whether the money is on its way, or has arrived. */
function isBegun({ status }: OutboundPayment): boolean {
  return status === "processing" || status === "posted";
}

function paymentUnderWay(control: Control, account: string): OutboundPayment {
  const payment = control.account(account).payments.findLast(({ status }) => status === "processing");
  if (!payment) throw new RangeError(`the fake has no payment in progress to ${account}`);
  return payment;
}
