import { describe, expect, test } from "vitest";
import { PayoutStatus } from "../../../src/connector/contract.ts";
import { PayoutMethodKind } from "../../../src/gen/sluice/v1/link_pb.ts";
import { Currency } from "../../../src/gen/types/money_pb.ts";
import { ada, dollars, stripeStage } from "../../support/stages/stripe-stage.ts";

const stage = stripeStage();
const connect = { account_model: "connect", financial_account: undefined } as const;
const transfers = "POST /v1/transfers";
const payouts = "POST /v1/payouts";

describe("a link", () => {
  test("is made, opened, filled in, transferred and paid out", async () => {
    const made = stage.payout(connect);
    const link = await made.call("createLink", { ...dollars, ...ada });
    const account = link.connectorPayoutId ?? "";
    expect(link.payoutStatus).toBe(PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA);
    const page = await made.open();
    expect(page.url).toContain(`/setup/c/${account}/`);
    await fetch(page.url, { method: "POST", redirect: "manual" });
    expect((await made.call("get")).payoutStatus).toBe(PayoutStatus.REQUIRES_FULFILLMENT);

    const sent = await made.call("transfer", dollars);
    expect(sent).toMatchObject({
      payoutStatus: PayoutStatus.INITIATED,
      connectorPayoutId: expect.stringMatching(new RegExp(`^${account}/po_`)),
    });
    const id = sent.connectorPayoutId?.split("/")[1] ?? "";
    stage.fake.control.settle(id, "in_transit");
    expect((await made.call("get")).payoutStatus).toBe(PayoutStatus.PENDING);
    stage.fake.control.settle(id, "paid");
    expect((await made.call("get")).payoutStatus).toBe(PayoutStatus.SUCCESS);
    expect(stage.fake.control.platformPayouts()).toEqual([]);
    expect(made.warnings).toEqual([]);
  });

  test("without e-mail and country only checks the key", async () => {
    const made = stage.payout(connect);
    await made.call("createLink", dollars);
    expect(stage.posts()).toEqual([]);
    const page = await made.open({ email: "ada@example.com", country: "US" });
    expect(page.connectorPayoutId).toMatch(/^acct_/);
  });

  test.each([
    ["a review", (id: string) => stage.fake.control.reviewAccount(id), PayoutStatus.PENDING],
    [
      "a rejection",
      (id: string) => stage.fake.control.setCapabilities(id, "rejected"),
      PayoutStatus.INELIGIBLE,
    ],
  ])("stands where %s leaves it", async (_, happen, status) => {
    const made = stage.payout(connect);
    await made.call("createLink", { ...dollars, ...ada });
    happen(made.facts.connectorPayoutId ?? "");
    expect((await made.call("get")).payoutStatus).toBe(status);
    expect((await made.call("eligibility")).payoutStatus).toBe(status);
  });
});

describe("a payment", () => {
  test("is made in two calls by Create and Transfer", async () => {
    const made = await stage.payableLink(connect);
    const created = await made.call("create", dollars);
    expect(created).toMatchObject({
      payoutStatus: PayoutStatus.REQUIRES_FULFILLMENT,
      connectorPayoutId: expect.stringMatching(/^tr_/),
    });
    expect((await made.call("get")).payoutStatus).toBe(PayoutStatus.REQUIRES_FULFILLMENT);
    expect((await made.call("transfer", dollars)).payoutStatus).toBe(PayoutStatus.INITIATED);
    expect(stage.fake.control.count("transfers", made.facts.id)).toBe(1);
  });

  test("is made once, also when another caller repeats it with another key", async () => {
    const made = await stage.payableLink(connect);
    const first = await made.call("transfer", dollars);
    stage.fake.control.forgetKeys();
    for (const id of [made.account, first.connectorPayoutId]) {
      made.facts = { ...made.facts, connectorPayoutId: id };
      expect(await made.call("transfer", dollars, { key: "another" })).toEqual(first);
    }
    expect(stage.fake.control.count("transfers", made.facts.id)).toBe(1);
    expect(stage.fake.control.count("payouts", made.facts.id)).toBe(1);
  });

  test("to an account that was paid for something else is another payment", async () => {
    const other = await stage.paid(connect);
    const made = stage.payout(connect);
    const reply = await made.call("transfer", { ...dollars, connectorPayoutId: other.account });
    expect(reply.connectorPayoutId).not.toBe(other.facts.connectorPayoutId);
    expect(stage.fake.control.count("payouts", made.facts.id)).toBe(1);
  });

  test("whose payout failed is paid out again from the same transfer", async () => {
    const made = await stage.paid(connect);
    const first = made.facts.connectorPayoutId ?? "";
    stage.fake.control.settle(first.split("/")[1] ?? "", "failed", "account_closed");
    expect(await made.call("get")).toMatchObject({
      payoutStatus: PayoutStatus.FAILED,
      error: { unifiedDetails: { code: "RECIPIENT_ACCOUNT_CLOSED" } },
    });
    await made.open();
    made.facts = { ...made.facts, status: PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA };
    expect((await made.call("get")).payoutStatus).toBe(PayoutStatus.REQUIRES_FULFILLMENT);
    const again = await made.call("transfer", dollars);
    expect(again.payoutStatus).toBe(PayoutStatus.INITIATED);
    expect(again.connectorPayoutId).not.toBe(first);
    expect(stage.fake.control.count("transfers", made.facts.id)).toBe(1);
  });

  test("whose payout is refused after the transfer is not over: the same call goes on from there", async () => {
    const made = await stage.payableLink(connect);
    const account = stage.fake.control.account(made.account);
    account.defaults.clear();
    await expect(made.call("transfer", dollars)).rejects.toMatchObject({
      reason: "OUTCOME_UNKNOWN",
      message: expect.stringContaining("payouts_not_allowed"),
    });
    stage.fake.control.completeOnboarding(made.account);
    expect((await made.call("transfer", dollars, { attempt: 2 })).payoutStatus).toBe(PayoutStatus.INITIATED);
    expect(stage.fake.control.count("transfers", made.facts.id)).toBe(1);
  });

  test("refused for money is not refused for ever by Stripe's memory of it", async () => {
    stage.fake.control.empty("platform");
    const made = await stage.payableLink(connect);
    const refused = { reason: "INSUFFICIENT_FUNDS", code: "balance_insufficient" };
    await expect(made.call("transfer", dollars)).rejects.toMatchObject(refused);
    await expect(made.call("transfer", dollars)).rejects.toMatchObject(refused);
    stage.fake.control.fund("platform", "usd", 1_000_000);
    const results = await Promise.allSettled([
      made.call("transfer", dollars),
      made.call("transfer", dollars),
    ]);
    expect(results.some(({ status }) => status === "fulfilled")).toBe(true);
    expect(stage.posts().some(({ replayed }) => replayed)).toBe(true);
    expect(stage.fake.control.count("transfers", made.facts.id)).toBe(1);
  });

  test("whose key is poisoned by a stored 500 stays unknown, and is never made twice", async () => {
    const made = await stage.payableLink(connect);
    stage.fake.control.inject({ kind: "error-500", match: transfers });
    for (const attempt of [1, 2, 3]) {
      await expect(made.call("transfer", dollars, { attempt })).rejects.toMatchObject({
        reason: "OUTCOME_UNKNOWN",
      });
    }
    stage.fake.control.forgetKeys();
    await made.call("transfer", dollars, { attempt: 4 });
    expect(stage.fake.control.count("transfers", made.facts.id)).toBe(1);
  });

  test.each([
    ["reset", "before", transfers],
    ["reset", "after", transfers],
    ["truncated", "after", transfers],
    ["reset", "before", payouts],
    ["reset", "after", payouts],
    ["html-502", "after", payouts],
  ] as const)("with %s %s %s, sent again, is one transfer and one payout", async (kind, moment, match) => {
    const made = await stage.payableLink(connect);
    stage.fake.control.inject({ kind, moment, match });
    await expect(made.call("transfer", dollars)).rejects.toMatchObject({ reason: "OUTCOME_UNKNOWN" });
    expect((await made.call("transfer", dollars, { attempt: 2 })).payoutStatus).toBe(PayoutStatus.INITIATED);
    expect(stage.fake.control.count("transfers", made.facts.id)).toBe(1);
    expect(stage.fake.control.count("payouts", made.facts.id)).toBe(1);
  });
});

describe("Void", () => {
  test("of a link marks the account, so that it is not paid", async () => {
    const made = await stage.payableLink(connect);
    expect((await made.call("void")).payoutStatus).toBe(PayoutStatus.CANCELLED);
    expect((await made.call("void")).payoutStatus).toBe(PayoutStatus.CANCELLED);
    expect((await made.call("get")).payoutStatus).toBe(PayoutStatus.CANCELLED);
    await expect(made.call("transfer", dollars)).rejects.toMatchObject({ code: "voided" });
  });

  test("takes a pending payout and its transfer back", async () => {
    const made = await stage.paid(connect);
    expect((await made.call("void")).payoutStatus).toBe(PayoutStatus.CANCELLED);
    expect(stage.fake.control.account(made.account).balance.get("usd")).toBe(0);
    expect((await made.call("get")).payoutStatus).toBe(PayoutStatus.CANCELLED);
  });

  test("of a payout that was paid says that it cannot", async () => {
    const made = await stage.paid(connect);
    stage.fake.control.settle(made.facts.connectorPayoutId?.split("/")[1] ?? "", "paid");
    await expect(made.call("void")).rejects.toMatchObject({ reason: "NOT_CANCELABLE" });
  });
});

test("what Connect lacks is refused by name", async () => {
  const made = await stage.payableLink(connect);
  const unsupported = { reason: "UNSUPPORTED_OPERATION" };
  await expect(made.call("stage", dollars)).rejects.toMatchObject(unsupported);
  await expect(made.call("enrollDisburseAccount")).rejects.toMatchObject(unsupported);
  const linkOptions = { allowedMethods: [PayoutMethodKind.CARD] };
  await expect(stage.payout(connect).call("createLink", { ...dollars, linkOptions })).rejects.toMatchObject({
    field: "link_options.allowed_methods",
  });
  const abroad = { ...dollars, destinationCurrency: Currency.EUR };
  await expect(made.call("transfer", abroad)).rejects.toMatchObject({ field: "destination_currency" });
  await expect(made.call("transfer", { ...dollars, connectorQuoteId: "poi_1" })).rejects.toMatchObject({
    field: "connector_quote_id",
  });
});
