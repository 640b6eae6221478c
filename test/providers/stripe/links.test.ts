import { describe, expect, test } from "vitest";
import { PayoutStatus } from "../../../src/connector/contract.ts";
import { PayoutMethodKind } from "../../../src/gen/sluice/v1/link_pb.ts";
import { Currency } from "../../../src/gen/types/money_pb.ts";
import { ada, dollars, stripeStage } from "../../support/stages/stripe-stage.ts";

const stage = stripeStage();

describe("a link", () => {
  test("opens to a fresh page at every visit, and an old page leads back to it", async () => {
    const made = await stage.payableLink();
    const [first, second] = [await made.open(), await made.open()];
    expect(first.url).not.toBe(second.url);
    await fetch(first.url);
    const again = await fetch(first.url, { redirect: "manual" });
    expect(again.headers.get("location")).toBe("http://127.0.0.1:9/l/token");
    stage.fake.control.advanceMs(10 * 60_000);
    const expired = await fetch(second.url, { redirect: "manual" });
    expect(expired.status).toBe(303);
  });

  test("without e-mail and country only checks the key, and gets its account when the recipient arrives", async () => {
    const made = stage.payout();
    expect(await made.call("createLink", dollars)).toEqual({
      payoutStatus: PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA,
    });
    expect(stage.posts()).toEqual([]);
    expect((await made.call("get")).payoutStatus).toBe(PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA);
    await expect(made.open()).rejects.toMatchObject({ reason: "MISSING_REQUIRED_FIELD" });
    const page = await made.open({ email: "ada@example.com", country: "GB" });
    expect(page.connectorPayoutId).toMatch(/^acct_/);
    expect(stage.fake.control.account(page.connectorPayoutId ?? "").country).toBe("GB");
    expect(await made.open({ email: "ada@example.com", country: "GB" })).not.toHaveProperty(
      "connectorPayoutId",
    );
    expect(stage.fake.control.count("accounts", made.facts.id)).toBe(1);
  });

  test("whose recipient corrects what they gave is another request, even if the outcome of the first is unknown", async () => {
    const made = stage.payout();
    stage.fake.control.inject({ kind: "reset", moment: "after", match: "POST /v2/core/accounts" });
    await expect(made.open({ email: "adda@example.com", country: "GB" })).rejects.toMatchObject({
      reason: "OUTCOME_UNKNOWN",
    });
    const page = await made.open({ email: "ada@example.com", country: "GB" }, { attempt: 2 });
    expect(stage.fake.control.account(page.connectorPayoutId ?? "").email).toBe("ada@example.com");
  });

  test("asks for the capabilities of the methods that are allowed", async () => {
    const made = stage.payout();
    const linkOptions = { allowedMethods: [PayoutMethodKind.UK_BANK, PayoutMethodKind.CARD] };
    await made.call("createLink", { ...dollars, ...ada, linkOptions });
    const { capabilities } = stage.fake.control.account(made.facts.connectorPayoutId ?? "");
    expect([...capabilities.keys()].sort()).toEqual(["bank_accounts.fps", "cards"]);
  });

  test("of a recipient whom Stripe knows makes no second account", async () => {
    const recipient = await stage.payableLink();
    const accounts = stage.fake.control.count("accounts");
    const made = stage.payout();
    const linkOptions = { recipient: { connectorRecipientId: recipient.account } };
    const reply = await made.call("createLink", { ...dollars, linkOptions });
    expect(reply).toEqual({
      payoutStatus: PayoutStatus.REQUIRES_FULFILLMENT,
      connectorPayoutId: recipient.account,
    });
    expect(stage.fake.control.count("accounts")).toBe(accounts);
  });

  test.each([
    ["an unfinished page", () => {}, PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA],
    ["a review", (id: string) => stage.fake.control.reviewAccount(id), PayoutStatus.PENDING],
    [
      "a rejection",
      (id: string) => stage.fake.control.setCapabilities(id, "rejected", "rejected_other"),
      PayoutStatus.INELIGIBLE,
    ],
    [
      "an unsupported country",
      (id: string) => stage.fake.control.setCapabilities(id, "unsupported", "unsupported_country"),
      PayoutStatus.INELIGIBLE,
    ],
    [
      "a method in another currency",
      (id: string) => stage.fake.control.completeOnboarding(id, { currency: "eur" }),
      PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA,
    ],
    [
      "everything given",
      (id: string) => stage.fake.control.completeOnboarding(id),
      PayoutStatus.REQUIRES_FULFILLMENT,
    ],
  ])("stands where %s leaves it", async (_, happen, status) => {
    const made = stage.payout();
    await made.call("createLink", { ...dollars, ...ada });
    happen(made.facts.connectorPayoutId ?? "");
    expect((await made.call("get")).payoutStatus).toBe(status);
  });
});

describe("a payment", () => {
  test.each([
    ["failed", "payout_method_declined", PayoutStatus.FAILED, "RECIPIENT_DECLINED"],
    ["returned", "payout_method_closed", PayoutStatus.REVERSED, "RECIPIENT_ACCOUNT_CLOSED"],
  ])("that %s says why, and may be followed by another", async (status, reason, expected, unified) => {
    const made = await stage.paid();
    const first = made.facts.connectorPayoutId ?? "";
    stage.fake.control.settle(first, status, reason);
    expect(await made.call("get")).toMatchObject({
      payoutStatus: expected,
      error: { unifiedDetails: { code: unified }, connectorDetails: { code: reason } },
    });
    for (const visit of ["first", "second"]) {
      const page = await made.open();
      expect(page.url, visit).toContain(made.account);
      expect(stage.posts().at(-1)?.body, visit).toContain("account_update");
    }
    made.facts = { ...made.facts, status: PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA };
    expect(await made.call("get")).toEqual({
      payoutStatus: PayoutStatus.REQUIRES_FULFILLMENT,
      connectorPayoutId: first,
    });
    const again = await made.call("transfer", dollars);
    expect(again.connectorPayoutId).not.toBe(first);
    expect(again.payoutStatus).toBe(PayoutStatus.PENDING);
  });

  test("is made once, also when another caller repeats it with another key", async () => {
    const made = await stage.payableLink();
    const first = await made.call("transfer", dollars);
    made.facts = { ...made.facts, connectorPayoutId: made.account };
    expect(await made.call("transfer", dollars, { key: "another" })).toEqual(first);
    stage.fake.control.forgetKeys();
    expect(await made.call("transfer", dollars)).toEqual(first);
    expect(stage.fake.control.count("payments", made.facts.id)).toBe(1);
  });

  test("to a recipient who was paid for something else is another payment", async () => {
    const recipient = await stage.paid();
    const made = stage.payout();
    const request = { ...dollars, connectorPayoutId: recipient.account };
    const reply = await made.call("create", request);
    expect(reply.connectorPayoutId).not.toBe(recipient.facts.connectorPayoutId);
    expect(stage.fake.control.count("payments", made.facts.id)).toBe(1);
  });

  test("is found again behind hundreds of others to the same recipient", async () => {
    const made = await stage.payableLink();
    const first = await made.call("transfer", dollars);
    for (let count = 0; count < 250; count++) {
      await stage.payout().call("create", { ...dollars, connectorPayoutId: made.account });
    }
    stage.fake.control.forgetKeys();
    made.facts = { ...made.facts, connectorPayoutId: made.account };
    expect(await made.call("transfer", dollars)).toEqual(first);
  });

  test("is made once by two calls at the same moment", async () => {
    const made = await stage.payableLink();
    stage.fake.control.inject({
      kind: "slow",
      latencyMs: 100,
      match: "POST /v2/money_management/outbound_payments",
    });
    const results = await Promise.allSettled([
      made.call("transfer", dollars),
      made.call("transfer", dollars),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(results.find(({ status }) => status === "rejected")).toMatchObject({
      reason: { reason: "OUTCOME_UNKNOWN" },
    });
    expect(stage.fake.control.count("payments", made.facts.id)).toBe(1);
  });

  test("of another amount than the payout's is refused before anything is sent", async () => {
    const made = await stage.payableLink();
    stage.fake.control.clearRequests();
    const amount = { minorAmount: 2000n, currency: Currency.USD };
    await expect(made.call("transfer", { amount })).rejects.toMatchObject({ field: "amount" });
    expect(stage.fake.control.requests()).toEqual([]);
  });

  test.each([0n, -1n, 100_000_000n])("of %d is refused", async (minorAmount) => {
    const made = stage.payout({}, { amountMinor: 0n });
    const amount = { minorAmount, currency: Currency.USD };
    await expect(made.call("createLink", { ...ada, amount })).rejects.toMatchObject({
      reason: "INVALID_DATA_FORMAT",
      message: expect.stringContaining("99999999"),
    });
  });

  test("without a financial account says how to give one", async () => {
    const made = await stage.payableLink({ financial_account: undefined });
    await expect(made.call("transfer", dollars)).rejects.toMatchObject({
      reason: "INVALID_CONNECTOR_CONFIG",
      message: expect.stringContaining("financial_account"),
    });
  });

  test("that the recipient cannot take, or the money does not cover, is refused", async () => {
    const early = stage.payout();
    await early.call("createLink", { ...dollars, ...ada });
    await expect(early.call("transfer", dollars)).rejects.toMatchObject({ reason: "RECIPIENT_NOT_READY" });

    stage.fake.control.fund("fa_test_poor", "usd", 1);
    const poor = await stage.payableLink({ financial_account: "fa_test_poor" });
    await expect(poor.call("transfer", dollars)).rejects.toMatchObject({ reason: "INSUFFICIENT_FUNDS" });
    stage.fake.control.fund("fa_test_poor", "usd", 5000);
    expect((await poor.call("transfer", dollars)).payoutStatus).toBe(PayoutStatus.PENDING);
  });
});
