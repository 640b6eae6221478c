import { describe, expect, test } from "vitest";
import { PayoutStatus } from "../../../src/connector/contract.ts";
import { CountryAlpha2 } from "../../../src/gen/types/address_pb.ts";
import { Currency } from "../../../src/gen/types/money_pb.ts";
import { ada, dollars, stripeStage } from "../../support/stages/stripe-stage.ts";

const stage = stripeStage();

describe("quotes", () => {
  async function quoted() {
    const { account } = await stage.payableLink();
    const made = stage.payout();
    const customer = { connectorCustomerId: account };
    const quote = await made.call("stage", { ...dollars, customer, merchantQuoteId: "quote-1" });
    made.facts = { ...made.facts, connectorPayoutId: undefined };
    return { made, account, quote, connectorQuoteId: quote.connectorPayoutId ?? "" };
  }

  test("are confirmed by Transfer, once", async () => {
    const { made, quote, connectorQuoteId } = await quoted();
    expect(quote.payoutStatus).toBe(PayoutStatus.REQUIRES_CONFIRMATION);
    const confirmed = await made.call("transfer", { ...dollars, connectorQuoteId });
    expect(confirmed).toEqual({ payoutStatus: PayoutStatus.INITIATED, connectorPayoutId: connectorQuoteId });
    expect(await made.call("transfer", { ...dollars, connectorQuoteId }, { key: "again" })).toEqual(
      confirmed,
    );
    stage.fake.control.settle(connectorQuoteId, "posted");
    expect((await made.call("get")).payoutStatus).toBe(PayoutStatus.SUCCESS);
  });

  test("of another amount are refused", async () => {
    const { connectorQuoteId } = await quoted();
    const other = stage.payout({}, { amountMinor: 999n });
    const amount = { minorAmount: 999n, currency: Currency.USD };
    await expect(other.call("transfer", { amount, connectorQuoteId })).rejects.toMatchObject({
      field: "connector_quote_id",
    });
  });

  test("are cancelled", async () => {
    const { made, connectorQuoteId } = await quoted();
    made.facts = { ...made.facts, connectorPayoutId: connectorQuoteId };
    expect((await made.call("void")).payoutStatus).toBe(PayoutStatus.CANCELLED);
    expect((await made.call("get")).payoutStatus).toBe(PayoutStatus.CANCELLED);
  });

  test.each([
    ["payout_method_closed", PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA],
    ["recipient_capability_not_active", PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA],
    ["account_not_configured_as_recipient", PayoutStatus.REQUIRES_VENDOR_ACCOUNT_CREATION],
    ["insufficient_funds", PayoutStatus.REQUIRES_FULFILLMENT],
    ["fx_rate_drift_exceeded_after_review", PayoutStatus.REQUIRES_CONFIRMATION],
    ["recalled", PayoutStatus.REVERSED],
    ["review_rejected", PayoutStatus.FAILED],
  ])("that end in %s", async (reason, status) => {
    const { made, connectorQuoteId } = await quoted();
    made.facts = { ...made.facts, connectorPayoutId: connectorQuoteId };
    stage.fake.control.settle(connectorQuoteId, "requires_action", reason);
    expect(await made.call("get")).toMatchObject({
      payoutStatus: status,
      error: { connectorDetails: { code: reason } },
    });
  });
});

describe("recipients", () => {
  const ach = {
    payoutMethodData: {
      case: "ach" as const,
      value: { bankAccountNumber: { value: "000123456789" }, bankRoutingNumber: { value: "110000000" } },
    },
  };

  test("are registered, given a bank account, and paid", async () => {
    const made = stage.payout();
    const registered = await made.call("createRecipient", ada);
    expect(registered.payoutStatus).toBe(PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA);
    const account = registered.connectorPayoutId ?? "";
    const enrolled = await made.call("enrollDisburseAccount", { payoutMethodData: ach });
    expect(enrolled).toEqual({ payoutStatus: PayoutStatus.REQUIRES_FULFILLMENT, connectorPayoutId: account });
    expect(stage.posts().at(-1)?.account).toBe(account);
    expect((await made.call("transfer", dollars)).payoutStatus).toBe(PayoutStatus.PENDING);
  });

  test("whose bank account Stripe still checks wait", async () => {
    const made = stage.payout();
    await made.call("createRecipient", ada);
    stage.fake.control.setSetupOutcome("requires_action");
    const enrolled = await made.call("enrollDisburseAccount", { payoutMethodData: ach });
    stage.fake.control.setSetupOutcome("succeeded");
    expect(enrolled.payoutStatus).toBe(PayoutStatus.PENDING);
  });

  test("need e-mail and country; cards and wallets cannot be enrolled", async () => {
    const made = stage.payout();
    await expect(made.call("createRecipient", { address: ada.address })).rejects.toMatchObject({
      field: "customer.email",
    });
    await expect(made.call("createRecipient", { customer: ada.customer })).rejects.toMatchObject({
      field: "address.billing_address.country_alpha2_code",
    });
    const venmo = { payoutMethodData: { case: "venmo" as const, value: {} } };
    await expect(made.call("enrollDisburseAccount", { payoutMethodData: venmo })).rejects.toMatchObject({
      field: "payout_method_data",
      message: expect.stringContaining("ach, bacs or sepa"),
    });
    expect(stage.fake.control.requests()).toEqual([]);
  });

  test("are eligible as their account and country say", async () => {
    const made = await stage.payableLink();
    const asked = { connectorPayoutId: made.account, payoutMethodData: ach };
    expect((await made.call("eligibility", asked)).payoutStatus).toBe(PayoutStatus.REQUIRES_FULFILLMENT);
    stage.fake.control.setCapabilities(made.account, "rejected");
    expect((await made.call("eligibility", asked)).payoutStatus).toBe(PayoutStatus.INELIGIBLE);

    const unregistered = stage.payout();
    expect((await unregistered.call("eligibility", { payoutMethodData: ach })).payoutStatus).toBe(
      PayoutStatus.REQUIRES_VENDOR_ACCOUNT_CREATION,
    );
    const cuba = {
      payoutMethodData: { case: "sepa" as const, value: { bankCountryCode: CountryAlpha2.CU } },
    };
    expect((await unregistered.call("eligibility", { payoutMethodData: cuba })).payoutStatus).toBe(
      PayoutStatus.INELIGIBLE,
    );
    await expect(unregistered.call("eligibility", {})).rejects.toMatchObject({
      reason: "MISSING_REQUIRED_FIELD",
    });
  });
});
