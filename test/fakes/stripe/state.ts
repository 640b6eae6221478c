/** A minor amount as v2 writes it. */
export interface Amount {
  readonly value: number;
  readonly currency: string;
}

/** A recipient (v2) or connected account (v1). */
export interface Account {
  readonly id: string;
  readonly api: "v1" | "v2";
  readonly createdMs: number;
  email: string;
  country: string;
  displayName: string | undefined;
  entityType: string | undefined;
  metadata: Record<string, string>;
  closed: boolean;
  /** Status by capability path: `bank_accounts.local`, `cards`, `transfers`. */
  capabilities: Map<string, Capability>;
  /** The requirements that the person still has to give. */
  due: string[];
  /** Whether the missing requirements wait for Stripe instead of the person. */
  underReview: boolean;
  /** Id of the default payout method by currency, in lower case. */
  defaults: Map<string, string>;
  /** Payments to it, oldest first. */
  readonly payments: OutboundPayment[];
  /** v1: transfers to it, oldest first. */
  readonly transfers: Transfer[];
  /** v1: payouts from it, oldest first. */
  readonly payouts: Payout[];
  /** v1: minor amounts that were transferred to it, by currency. */
  readonly balance: Map<string, number>;
}

export type CapabilityStatus = "active" | "pending" | "rejected" | "restricted" | "unsupported";

export interface Capability {
  status: CapabilityStatus;
  /** Stripe's reason where the status is not active. */
  code: string | undefined;
}

/** Where a recipient can be paid. */
export interface PayoutMethod {
  readonly id: string;
  readonly account: string;
  readonly type: "bank_account" | "card";
  readonly currency: string;
  readonly last4: string;
  readonly createdMs: number;
}

/** A hosted page. */
export interface AccountLink {
  readonly id: string;
  readonly account: string;
  readonly expiresMs: number;
  readonly refreshUrl: string;
  readonly returnUrl: string | undefined;
  used: boolean;
}

export type PaymentStatus = "canceled" | "failed" | "posted" | "processing" | "returned";

/** v2 outbound payment. */
export interface OutboundPayment {
  readonly id: string;
  readonly createdMs: number;
  readonly financialAccount: string;
  readonly fromCurrency: string;
  readonly recipient: string;
  readonly payoutMethod: string;
  readonly toCurrency: string;
  readonly amount: Amount;
  readonly description: string | undefined;
  readonly metadata: Record<string, string>;
  readonly payoutIntent: string | undefined;
  status: PaymentStatus;
  /** Stripe's reason where it failed, was returned, or is under review. */
  reason: string | undefined;
  cancelable: boolean;
}

/** v2 payout intent. */
export interface PayoutIntent {
  readonly id: string;
  readonly createdMs: number;
  readonly financialAccount: string;
  readonly fromCurrency: string;
  readonly recipient: string;
  readonly payoutMethod: string | undefined;
  readonly toCurrency: string;
  readonly amount: Amount;
  readonly confirmationMethod: string;
  readonly metadata: Record<string, string>;
  status: "canceled" | "pending" | "posted" | "processing" | "requires_action";
  failureReason: string | undefined;
  payment: string | undefined;
}

/** v1 transfer from the platform to a connected account. */
export interface Transfer {
  readonly id: string;
  readonly createdMs: number;
  readonly amount: number;
  readonly currency: string;
  readonly destination: string;
  readonly group: string | undefined;
  readonly metadata: Record<string, string>;
  amountReversed: number;
}

/** v1 payout; `account` is the connected account, or undefined for the platform's own bank. */
export interface Payout {
  readonly id: string;
  readonly createdMs: number;
  readonly account: string | undefined;
  readonly amount: number;
  readonly currency: string;
  readonly metadata: Record<string, string>;
  status: "canceled" | "failed" | "in_transit" | "paid" | "pending";
  failureCode: string | undefined;
}

/** Everything that the fake remembers. */
export interface State {
  readonly accounts: Map<string, Account>;
  readonly payoutMethods: Map<string, PayoutMethod>;
  readonly links: Map<string, AccountLink>;
  readonly payments: Map<string, OutboundPayment>;
  readonly intents: Map<string, PayoutIntent>;
  readonly transfers: Map<string, Transfer>;
  readonly payouts: Map<string, Payout>;
  /** Minor amounts by financial account and currency; the platform's v1 balance is `platform`. */
  readonly funds: Map<string, Map<string, number>>;
  /** What outbound_setup_intents end in. */
  setupOutcome: "requires_action" | "succeeded";
  /** Base URL of the fake itself. */
  url: string;
  nowMs(): number;
  /** A new id: `acct_` and 16 characters that count up. */
  newId(prefix: string): string;
}

/** The financial account that is there, with money, from the start. */
export const FINANCIAL_ACCOUNT = "fa_test_main";

/** A new account, as far as both API versions agree; nothing is requested or given yet. */
export function newAccount(
  state: State,
  facts: Pick<Account, "api" | "email" | "country" | "displayName" | "entityType" | "metadata">,
): Account {
  const account: Account = {
    ...facts,
    id: state.newId("acct_"),
    createdMs: state.nowMs(),
    closed: false,
    capabilities: new Map(),
    due: [],
    underReview: false,
    defaults: new Map(),
    payments: [],
    transfers: [],
    payouts: [],
    balance: new Map(),
  };
  state.accounts.set(account.id, account);
  return account;
}

/** The first entries that fit, without copying the rest. */
export function firstOf<T>(entries: Iterable<T>, count: number, fits: (entry: T) => boolean): T[] {
  const found: T[] = [];
  for (const entry of entries) {
    if (fits(entry) && found.push(entry) === count) break;
  }
  return found;
}

/** A fresh state with 10 million of USD, EUR and GBP to pay from. */
export function newState(nowMs: () => number): State {
  let counter = 0;
  const plenty = () => new Map(["usd", "eur", "gbp"].map((currency) => [currency, 1_000_000_000]));
  return {
    accounts: new Map(),
    payoutMethods: new Map(),
    links: new Map(),
    payments: new Map(),
    intents: new Map(),
    transfers: new Map(),
    payouts: new Map(),
    funds: new Map([
      [FINANCIAL_ACCOUNT, plenty()],
      ["platform", plenty()],
    ]),
    setupOutcome: "succeeded",
    url: "",
    nowMs,
    newId: (prefix) => `${prefix}${(++counter).toString(36).padStart(16, "0")}`,
  };
}
