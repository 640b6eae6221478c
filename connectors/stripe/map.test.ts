import { describe, expect, test } from "vitest";
import { type PayoutFacts, PayoutStatus } from "../../src/connector/contract.ts";
import { connectedAccountStatus } from "./connect/map.ts";
import type { StripeContext } from "./credentials.ts";
import { accountStatus } from "./global-payouts/map.ts";
import { unopenedReply } from "./map.ts";

const nowMs = Date.UTC(2026, 10, 20);
const facts: PayoutFacts = {
  id: "01890000-0000-7000-8000-000000000001",
  merchantPayoutId: "order-1",
  connectorPayoutId: undefined,
  status: PayoutStatus.PENDING,
  amountMinor: 1000n,
  currency: "USD",
  destinationCurrency: "USD",
  linkExpiresAtMs: undefined,
};

function contextOf(payout: PayoutFacts | undefined) {
  const warnings: string[] = [];
  const context = { payout, now: () => nowMs, warn: (message: string) => warnings.push(message) };
  return { context: context as unknown as StripeContext, warnings };
}

const account = (
  states: Record<string, string>,
  rest: { closed?: boolean; usd?: string; due?: string; metadata?: Record<string, string> } = {},
) => ({
  id: "acct_1",
  closed: rest.closed ?? false,
  metadata: rest.metadata ?? {},
  configuration: {
    recipient: {
      applied: true,
      capabilities: {
        bank_accounts: Object.fromEntries(Object.entries(states).map(([name, status]) => [name, { status }])),
      },
    },
  },
  defaults: { payout_methods: rest.usd === undefined ? {} : { usd: rest.usd } },
  requirements: { entries: rest.due === undefined ? [] : [{ awaiting_action_from: rest.due }] },
});

describe("a recipient's account", () => {
  test.each([
    ["closed", account({ ach: "active" }, { closed: true, usd: "usba_1" }), "CANCELLED"],
    ["marked void", account({ ach: "active" }, { metadata: { pl_state: "void" } }), "CANCELLED"],
    [
      "of an expired link",
      account({ ach: "active" }, { metadata: { pl_exp: "1" }, usd: "usba_1" }),
      "EXPIRED",
    ],
    ["rejected everywhere", account({ ach: "rejected", local: "unsupported" }), "INELIGIBLE"],
    [
      "rejected somewhere",
      account({ ach: "rejected", local: "active" }, { usd: "usba_1" }),
      "REQUIRES_FULFILLMENT",
    ],
    ["active without a method", account({ ach: "active" }), "REQUIRES_PAYOUT_METHOD_DATA"],
    [
      "restricted with a method",
      account({ ach: "restricted" }, { usd: "usba_1" }),
      "REQUIRES_PAYOUT_METHOD_DATA",
    ],
    [
      "that the user must complete",
      account({ ach: "pending" }, { usd: "usba_1", due: "user" }),
      "REQUIRES_PAYOUT_METHOD_DATA",
    ],
    ["that Stripe reviews", account({ ach: "pending" }, { due: "stripe" }), "PENDING"],
    ["without capabilities", account({}), "REQUIRES_PAYOUT_METHOD_DATA"],
    ["without the recipient configuration", { id: "acct_1" }, "REQUIRES_VENDOR_ACCOUNT_CREATION"],
  ] as const)("%s", (_, given, status) => {
    const { context, warnings } = contextOf(facts);
    expect(accountStatus(given, context)).toBe(PayoutStatus[status]);
    expect(warnings).toEqual([]);
  });

  test("with an unknown status of a capability is unspecified, and logged", () => {
    const { context, warnings } = contextOf(facts);
    expect(accountStatus(account({ ach: "dormant" }), context)).toBe(PayoutStatus.PAYOUT_STATUS_UNSPECIFIED);
    expect(warnings).toHaveLength(1);
  });

  test("is payable in any currency where the payout is not known", () => {
    const { context } = contextOf(undefined);
    const given = account({ ach: "active" }, { usd: "usba_1" });
    expect(accountStatus(given, context)).toBe(PayoutStatus.REQUIRES_FULFILLMENT);
  });
});

describe("a connected account", () => {
  test.each([
    [
      "that is ready",
      { capabilities: { transfers: "active" }, payouts_enabled: true },
      "REQUIRES_FULFILLMENT",
    ],
    [
      "without a bank account",
      {
        capabilities: { transfers: "active" },
        payouts_enabled: false,
        requirements: { currently_due: ["external_account"] },
      },
      "REQUIRES_PAYOUT_METHOD_DATA",
    ],
    ["under review", { capabilities: { transfers: "pending" } }, "PENDING"],
    ["with nothing left to give", { requirements: { currently_due: [] } }, "PENDING"],
    ["that Stripe rejected", { requirements: { disabled_reason: "rejected.fraud" } }, "INELIGIBLE"],
    ["of which Stripe says nothing", {}, "REQUIRES_PAYOUT_METHOD_DATA"],
  ] as const)("%s", (_, given, status) => {
    const requirements = "requirements" in given ? { ...given.requirements } : undefined;
    const due = requirements && "currently_due" in requirements ? [...requirements.currently_due] : undefined;
    const { context } = contextOf(facts);
    const connected = {
      id: "acct_1",
      ...given,
      requirements: requirements && { ...requirements, currently_due: due },
    };
    expect(connectedAccountStatus(connected, context)).toBe(PayoutStatus[status]);
  });
});

test("an unopened link waits, until it expires", () => {
  const at = (linkExpiresAtMs: number) => unopenedReply(contextOf({ ...facts, linkExpiresAtMs }).context);
  expect(at(nowMs).payoutStatus).toBe(PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA);
  expect(at(nowMs - 1).payoutStatus).toBe(PayoutStatus.EXPIRED);
  expect(() => unopenedReply(contextOf(undefined).context)).toThrow("connector_payout_id");
});
