import type { SignedWebhook } from "../../support/stages/provider-fake.ts";
import type { ApiReply, Endpoints, RecordedRequest } from "./endpoints.ts";
import type { Fault, Faults } from "./faults.ts";
import {
  type Account,
  type CapabilityStatus,
  FINANCIAL_ACCOUNT,
  type PaymentStatus,
  type Payout,
  type PayoutIntent,
  type State,
} from "./state.ts";
import { endPayout } from "./v1-payouts.ts";
import { endPayment } from "./v2-payments.ts";
import { activate, addPayoutMethod } from "./v2-payout-methods.ts";
import { webhookAbout } from "./webhook.ts";

/** Lets a test change and read the state of the provider. Amounts are minor units, currencies lower case. */
export interface Control {
  /** The financial account that is there, with money, from the start. */
  readonly financialAccount: string;
  /** The recipient gives everything, and a way to be paid. */
  completeOnboarding(account: string, facts?: { type?: "bank_account" | "card"; currency?: string }): void;
  /** Everything is given, and waits for Stripe's review. */
  reviewAccount(account: string): void;
  /** Sets every capability that was requested. */
  setCapabilities(account: string, status: CapabilityStatus, code?: string): void;
  /** Moves an outbound payment, payout intent or v1 payout on; `reason` is Stripe's, where it went wrong. */
  settle(id: string, status: string, reason?: string): void;
  /** Makes a payment one that cannot be canceled any more. */
  lock(payment: string): void;
  fund(financialAccount: string, currency: string, amountMinor: number): void;
  /** Takes all money out of a financial account, or of `platform`, the v1 balance. */
  empty(financialAccount: string): void;
  /** Answers feature_not_enabled below a path, such as `/v2/money_management`. */
  disableFeature(pathPrefix: string): void;
  /** Answers 403 to requests such as `POST /v2/core/account_links`. */
  forbid(methodAndPathPrefix: string): void;
  /** What outbound_setup_intents end in. */
  setSetupOutcome(outcome: "requires_action" | "succeeded"): void;
  inject(fault: Fault): void;
  /** How many of these still wait for a request. */
  faultsLeft(): number;
  /** Ends all faults, refusals and disabled features. */
  heal(): void;
  /** Forgets idempotency keys, as Stripe may after a day. */
  forgetKeys(): void;
  /** Moves the fake's clock on. */
  advanceMs(ms: number): void;
  /** Requests seen, oldest first, whether answered or not. */
  requests(): readonly RecordedRequest[];
  clearRequests(): void;
  /** How many objects there are, or how many whose `metadata.pl_id` is the given one. */
  count(what: "accounts" | "payments" | "intents" | "transfers" | "payouts", payoutId?: string): number;
  account(id: string): Account;
  accountIds(): readonly string[];
  /** What Stripe would send about an account, payment, payout intent, transfer or payout now, signed with the secret. */
  webhook(id: string, secret: string): SignedWebhook;
  /** v1 payouts to the platform's own bank: a connector should never make one. */
  platformPayouts(): readonly Payout[];
}

/** The parts of the fake that the control changes. */
export interface ControlParts {
  readonly state: State;
  readonly faults: Faults;
  readonly endpoints: Endpoints;
  readonly clock: { offsetMs: number };
}

/** The control of a fake. */
export function newControl({ state, faults, endpoints, clock }: ControlParts): Control {
  const account = (id: string) => found(state.accounts, id);
  return {
    financialAccount: FINANCIAL_ACCOUNT,
    account,
    accountIds: () => [...state.accounts.keys()],
    completeOnboarding(id, { type = "bank_account", currency = "usd" } = {}) {
      addPayoutMethod(state, account(id), { type, currency, last4: "6789" });
      activate(account(id));
    },
    reviewAccount(id) {
      account(id).underReview = true;
      for (const capability of account(id).capabilities.values()) {
        capability.status = "pending";
        capability.code = "determining_status";
      }
    },
    setCapabilities(id, status, code) {
      for (const capability of account(id).capabilities.values()) {
        capability.status = status;
        capability.code = code;
      }
    },
    settle: (id, status, reason) => settle(state, id, status, reason),
    lock(id) {
      found(state.payments, id).cancelable = false;
    },
    fund(id, currency, amountMinor) {
      const funds = state.funds.get(id) ?? new Map<string, number>();
      state.funds.set(id, funds.set(currency, (funds.get(currency) ?? 0) + amountMinor));
    },
    empty: (id) => found(state.funds, id).clear(),
    disableFeature: (prefix) => void endpoints.disabled.add(prefix),
    forbid: (prefix) => void endpoints.forbidden.add(prefix),
    setSetupOutcome(outcome) {
      state.setupOutcome = outcome;
    },
    inject: (fault) => faults.inject(fault),
    faultsLeft: faults.left,
    heal() {
      faults.clear();
      endpoints.forbidden.clear();
      endpoints.disabled.clear();
    },
    forgetKeys: () => endpoints.forgetKeys(),
    advanceMs(ms) {
      clock.offsetMs += ms;
    },
    requests: () => endpoints.requests,
    clearRequests() {
      endpoints.requests.length = 0;
    },
    count(what, payoutId) {
      if (payoutId === undefined) return state[what].size;
      return [...state[what].values()].filter((entry) => entry.metadata.pl_id === payoutId).length;
    },
    webhook: (id, secret) => webhookAbout(state, id, secret),
    platformPayouts: () => [...state.payouts.values()].filter((payout) => payout.account === undefined),
  };
}

function settle(state: State, id: string, status: string, reason: string | undefined): void {
  const payment = state.payments.get(id);
  const intent = state.intents.get(id);
  if (payment) {
    endPayment(state, payment, status as PaymentStatus, reason);
  } else if (intent) {
    intent.status = status as PayoutIntent["status"];
    intent.failureReason = reason;
  } else {
    endPayout(state, found(state.payouts, id), status as Payout["status"], reason);
  }
}

function found<T>(entries: Map<string, T>, id: string): T {
  const entry = entries.get(id);
  if (entry === undefined) throw new RangeError(`the fake knows no ${id}`);
  return entry;
}

/**
 * The control over HTTP, for a fake that runs by itself: `POST /_fake/<method>` with a JSON array of arguments, such as
 * `curl -d '["acct_…"]' http://127.0.0.1:12111/_fake/completeOnboarding`.
 */
export function answerControl(control: Control, path: string, body: string): ApiReply {
  const name = path.slice("/_fake/".length);
  if (!Object.hasOwn(control, name)) return json(404, { methods: Object.keys(control) });
  const member = control[name as keyof Control];
  if (typeof member !== "function") return json(200, member);
  try {
    const call = member as (...values: unknown[]) => unknown;
    return json(200, call(...readArguments(body)) ?? { done: name });
  } catch (error) {
    return json(400, { error: error instanceof Error ? error.message : String(error) });
  }
}

function readArguments(body: string): unknown[] {
  const values: unknown = body === "" ? [] : JSON.parse(body);
  return Array.isArray(values) ? values : [values];
}

function json(status: number, body: unknown): ApiReply {
  const text = JSON.stringify(body, writeMaps, 2);
  return { status, headers: { "content-type": "application/json" }, body: `${text}\n` };
}

function writeMaps(_: string, value: unknown): unknown {
  return value instanceof Map ? Object.fromEntries(value) : value;
}
