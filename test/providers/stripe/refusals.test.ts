import { describe, expect, test } from "vitest";
import { PayoutStatus } from "../../../src/connector/contract.ts";
import { ada, dollars, stripeStage } from "../../support/stages/stripe-stage.ts";

const stage = stripeStage();

describe("lost replies", () => {
  const accounts = "POST /v2/core/accounts";
  const payments = "POST /v2/money_management/outbound_payments";

  test("a 502 with a page after the effect, sent again, leaves one account and one payment", async () => {
    const fault = { kind: "html-502", moment: "after" } as const;
    const made = stage.payout();
    stage.fake.control.inject({ ...fault, match: accounts });
    const create = () => made.call("createLink", { ...dollars, ...ada }, { attempt: 2 });
    await expect(create()).rejects.toMatchObject({ reason: "OUTCOME_UNKNOWN" });
    await create();
    expect(stage.fake.control.count("accounts", made.facts.id)).toBe(1);

    stage.fake.control.completeOnboarding(made.facts.connectorPayoutId ?? "");
    stage.fake.control.inject({ ...fault, match: payments });
    await expect(made.call("transfer", dollars)).rejects.toMatchObject({ reason: "OUTCOME_UNKNOWN" });
    expect((await made.call("transfer", dollars, { attempt: 2 })).payoutStatus).toBe(PayoutStatus.PENDING);
    expect(stage.fake.control.count("payments", made.facts.id)).toBe(1);
  });
});

describe("a refusal", () => {
  test("too many requests: says when to come back", async () => {
    stage.fake.control.inject({ kind: "rate-limit", retryAfterSeconds: 3 });
    await expect(stage.payout().call("createLink", { ...dollars, ...ada })).rejects.toMatchObject({
      reason: "PROVIDER_RATE_LIMITED",
      retryAfterMs: 3000,
    });
  });

  test("a feature that is off: says what to switch on", async () => {
    stage.fake.control.disableFeature("/v2/");
    await expect(stage.payout().call("createLink", { ...dollars, ...ada })).rejects.toMatchObject({
      reason: "FEATURE_NOT_ENABLED",
      message: expect.stringMatching(/Enable Global Payouts.*account_model: connect/),
    });
  });

  test("a permission that is missing: gives Stripe's words", async () => {
    const made = await stage.payableLink({ api_key: "rk_test_canary" });
    stage.fake.control.forbid("POST /v2/core/account_links");
    await expect(made.open()).rejects.toMatchObject({
      reason: "PROVIDER_PERMISSION",
      message: expect.stringContaining("POST /v2/core/account_links"),
    });
  });

  test("a wrong key, without and with an account to make", async () => {
    const made = stage.payout({ api_key: "sk_live_canary" });
    for (const request of [dollars, { ...dollars, ...ada }]) {
      await expect(made.call("createLink", request)).rejects.toMatchObject({
        reason: "PROVIDER_AUTHENTICATION",
        status: 401,
      });
    }
  });

  test("an object that is not there", async () => {
    const made = stage.payout({}, { connectorPayoutId: "obp_test_none" });
    await expect(made.call("get")).rejects.toMatchObject({ reason: "PROVIDER_NOT_FOUND", status: 404 });
  });

  test("ids that are not Stripe's are not sent", async () => {
    for (const connectorPayoutId of ["pi_1", "acct_1/obp_1", "../v1/balance", "acct_1?x"]) {
      const made = stage.payout({}, { connectorPayoutId });
      await expect(made.call("get")).rejects.toMatchObject({ reason: "INVALID_DATA_FORMAT" });
    }
    expect(stage.fake.control.requests()).toEqual([]);
  });
});

describe("Void", () => {
  test("closes the account of a link, again and again", async () => {
    const made = await stage.payableLink();
    const done = { payoutStatus: PayoutStatus.CANCELLED, connectorPayoutId: made.account };
    expect(await made.call("void")).toEqual(done);
    expect(stage.fake.control.account(made.account).closed).toBe(true);
    expect(await made.call("void")).toEqual(done);
    expect((await made.call("get")).payoutStatus).toBe(PayoutStatus.CANCELLED);
    await expect(made.call("transfer", dollars)).rejects.toMatchObject({ reason: "RECIPIENT_NOT_READY" });
  });

  test("of an unopened link sends no request", async () => {
    const made = stage.payout();
    expect(await made.call("void")).toEqual({ payoutStatus: PayoutStatus.CANCELLED });
    expect(stage.fake.control.requests()).toEqual([]);
  });

  test("leaves the account of a recipient who may be paid again", async () => {
    const made = stage.payout();
    await made.call("createRecipient", ada);
    expect((await made.call("void")).payoutStatus).toBe(PayoutStatus.CANCELLED);
    expect(stage.fake.control.account(made.facts.connectorPayoutId ?? "").closed).toBe(false);
  });

  test("cancels a payment while Stripe can, and says when it cannot", async () => {
    const made = await stage.paid();
    const id = made.facts.connectorPayoutId;
    const done = { payoutStatus: PayoutStatus.CANCELLED, connectorPayoutId: id };
    expect(await made.call("void")).toEqual(done);
    stage.fake.control.forgetKeys();
    expect(await made.call("void")).toEqual(done);

    for (const status of ["posted", "failed", "returned"]) {
      const late = await stage.paid();
      stage.fake.control.settle(late.facts.connectorPayoutId ?? "", status);
      await expect(late.call("void")).rejects.toMatchObject({ reason: "NOT_CANCELABLE" });
    }
    const known = await stage.paid();
    const payment = known.facts.connectorPayoutId;
    known.facts = { ...known.facts, connectorPayoutId: known.account };
    expect(await known.call("void")).toEqual({
      payoutStatus: PayoutStatus.CANCELLED,
      connectorPayoutId: payment,
    });

    const asked = await stage.paid();
    stage.fake.control.settle(asked.facts.connectorPayoutId ?? "", "failed", "payout_method_closed");
    asked.facts = { ...asked.facts, status: PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA };
    expect((await asked.call("void")).payoutStatus).toBe(PayoutStatus.CANCELLED);
    expect(stage.fake.control.account(asked.account).closed).toBe(true);
    const locked = await stage.paid();
    stage.fake.control.lock(locked.facts.connectorPayoutId ?? "");
    locked.facts = { ...locked.facts, connectorPayoutId: locked.account };
    await expect(locked.call("void")).rejects.toMatchObject({ reason: "NOT_CANCELABLE" });
  });
});
