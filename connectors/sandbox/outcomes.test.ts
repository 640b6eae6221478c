import { describe, expect, test } from "vitest";
import { type Operation, PayoutStatus } from "../../src/connector/contract.ts";
import { Currency } from "../../src/gen/types/money_pb.ts";
import {
  type Circumstances,
  callOffline,
  type RequestInit,
} from "../../test/support/clients/connector-call.ts";
import sandbox from "./index.ts";
import { outcomes } from "./outcomes.ts";

const call = <O extends Operation>(operation: O, init: RequestInit<O>, circumstances?: Circumstances) =>
  callOffline(sandbox, operation, init, circumstances);

const money = (minorAmount: bigint) => ({ minorAmount, currency: Currency.USD });
const ach = (number: string) => ({
  payoutMethodData: { case: "ach" as const, value: { bankAccountNumber: { value: number } } },
});
const plain = ach("000123456789");
const idOf = (reply: { connectorPayoutId?: string | undefined }) => reply.connectorPayoutId ?? "";
const link = async (amount = 1000n) => idOf(await call("createLink", { amount: money(amount) }));

describe("magic values", () => {
  test.each([1000n, 2500n, 4000n, 4500n, 5000n, 10_000n, 104_001n, 2n ** 60n])(
    "%d is ordinary",
    async (amount) => {
      expect(await call("transfer", { amount: money(amount), payoutMethodData: plain })).toMatchObject({
        payoutStatus: PayoutStatus.SUCCESS,
      });
    },
  );

  test.each([
    [2001n, 9_999, PayoutStatus.PENDING, 10_000, PayoutStatus.SUCCESS],
    [2002n, 59_999, PayoutStatus.PENDING, 60_000, PayoutStatus.SUCCESS],
    [2003n, 9_999, PayoutStatus.SUCCESS, 10_000, PayoutStatus.REVERSED],
    [2004n, 9_999, PayoutStatus.PENDING, 10_000, PayoutStatus.FAILED],
  ])("%d turns", async (amount, beforeMs, before, afterMs, after) => {
    const made = await call("transfer", { amount: money(amount), payoutMethodData: plain });
    expect(made.payoutStatus).toBe(before);
    const connectorPayoutId = idOf(made);
    expect((await call("get", { connectorPayoutId }, { afterMs: beforeMs })).payoutStatus).toBe(before);
    expect((await call("get", { connectorPayoutId }, { afterMs })).payoutStatus).toBe(after);
  });

  test("a payment that goes wrong later says why", async () => {
    const connectorPayoutId = idOf(await call("transfer", { amount: money(2004n), payoutMethodData: plain }));
    expect(await call("get", { connectorPayoutId }, { afterMs: 10_000 })).toMatchObject({
      error: {
        unifiedDetails: { code: "RECIPIENT_ACCOUNT_CLOSED" },
        connectorDetails: { code: "account_closed" },
      },
    });
  });

  const refused = outcomes.filter((outcome) => outcome.refusesPayment);
  test.each(refused)("$code stops the payment, and nothing before it", async ({ code, refusesPayment }) => {
    const amount = money(BigInt(code));
    const connectorPayoutId = await link(BigInt(code));
    for (const operation of ["stage", "createRecipient"] as const) await call(operation, { amount });
    for (const request of [
      { amount, payoutMethodData: plain },
      { connectorPayoutId, payoutMethodData: plain },
      { amount: money(1000n), payoutMethodData: ach(`0000${code}`) },
    ]) {
      await expect(call("transfer", request)).rejects.toMatchObject({ name: "Refusal", ...refusesPayment });
      await expect(call("create", request)).rejects.toMatchObject({ name: "Refusal", ...refusesPayment });
    }
  });

  const down = outcomes.filter((outcome) => outcome.refusesCall ?? outcome.fails);
  test.each(down)("$code strikes every call but get", async ({ code, refusesCall, fails }) => {
    const amount = money(BigInt(code));
    const request = { amount, payoutMethodData: plain };
    const expected = (reason: string) =>
      refusesCall
        ? { name: "Refusal", ...refusesCall }
        : { name: "Failure", reason: fails?.retryAfterMs ? "PROVIDER_RATE_LIMITED" : reason };
    for (const operation of changing) {
      await expect(call(operation, request)).rejects.toMatchObject(expected("OUTCOME_UNKNOWN"));
      if (fails) expect(idOf(await call(operation, request, { attempt: 2 }))).toContain("sbx_");
    }
    await expect(call("eligibility", request)).rejects.toMatchObject(expected("PROVIDER_UNAVAILABLE"));
  });

  test("faults spare get, and strike void", async () => {
    const connectorPayoutId = idOf(await call("createLink", { amount: money(5001n) }, { attempt: 2 }));
    expect((await call("get", { connectorPayoutId })).payoutStatus).toBe(
      PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA,
    );
    await expect(call("void", { connectorPayoutId })).rejects.toMatchObject({ reason: "OUTCOME_UNKNOWN" });
    expect((await call("void", { connectorPayoutId }, { attempt: 2 })).payoutStatus).toBe(
      PayoutStatus.CANCELLED,
    );
  });

  test("429 says when to come back", async () => {
    const request = call("transfer", { amount: money(4429n), payoutMethodData: plain });
    await expect(request).rejects.toMatchObject({ retryAfterMs: 2000 });
  });
});

const changing = [
  "createLink",
  "create",
  "transfer",
  "stage",
  "createRecipient",
  "enrollDisburseAccount",
] as const;

describe("where a magic value can be", () => {
  const value = "00004001";
  test.each([
    ["a card", "card", { cardNumber: { value: "4000 0000 4001 0000" } }],
    ["a US account", "ach", { bankAccountNumber: { value } }],
    ["a UK account", "bacs", { bankAccountNumber: { value } }],
    ["an IBAN", "sepa", { iban: { value: "GB00 SBOX 0000 0000 0040 01" } }],
    ["a UK open banking account", "openBankingUk", { iban: { value } }],
    ["a Pix account", "pix", { bankAccountNumber: { value } }],
    ["a Pix key", "pixKey", { pixKey: { value } }],
    ["a Pix code", "pixEmv", { emv: { value } }],
    ["an Interac address", "interac", { email: { value: `${value}@example.com` } }],
    ["a PayPal address", "paypal", { email: { value: `${value}@example.com` } }],
    ["a PayPal phone number", "paypal", { telephoneNumber: { value: "+1 550 000 4001" } }],
    ["a PayPal id", "paypal", { paypalId: { value } }],
    ["a Venmo phone number", "venmo", { telephoneNumber: { value: "+1 550 000 4001" } }],
    ["a wallet's card", "applePayDecrypt", { dpan: { value: "4000000040010000" } }],
    ["a token", "passthrough", { pspToken: `tok_${value}` }],
  ] as const)("%s", async (_about, kind, method) => {
    const payoutMethodData = { payoutMethodData: { case: kind, value: method } } as typeof plain;
    const request = call("transfer", { amount: money(1000n), payoutMethodData });
    await expect(request).rejects.toMatchObject({ reason: "RECIPIENT_DECLINED" });
  });

  test("the account decides before the amount, and an account on file in between", async () => {
    const filed = idOf(await call("enrollDisburseAccount", { payoutMethodData: ach("00002001") }));
    const request = { amount: money(4001n), connectorPayoutMethodId: filed };
    expect((await call("transfer", request)).payoutStatus).toBe(PayoutStatus.PENDING);
    const closed = call("transfer", { ...request, payoutMethodData: ach("00004002") });
    await expect(closed).rejects.toMatchObject({ reason: "RECIPIENT_ACCOUNT_CLOSED" });
  });

  test.each(["enrollDisburseAccount", "createRecipient"] as const)(
    "what %s makes keeps nothing of the amount",
    async (operation) => {
      const filed = idOf(await call(operation, { amount: money(4001n), payoutMethodData: plain }));
      const reply = await call("transfer", { amount: money(1000n), connectorPayoutMethodId: filed });
      expect(reply.payoutStatus).toBe(PayoutStatus.SUCCESS);
    },
  );

  test("only whole card numbers are magic", async () => {
    const value = { cardNumber: { value: "5004000000040010003" } };
    const request = {
      amount: money(1000n),
      payoutMethodData: { payoutMethodData: { case: "card" as const, value } },
    };
    expect((await call("transfer", request)).payoutStatus).toBe(PayoutStatus.SUCCESS);
  });
});
