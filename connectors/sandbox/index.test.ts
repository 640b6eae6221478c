import { describe, expect, test } from "vitest";
import { type Operation, PayoutStatus } from "../../src/connector/contract.ts";
import { Currency } from "../../src/gen/types/money_pb.ts";
import {
  type Circumstances,
  callOffline,
  type RequestInit,
} from "../../test/support/clients/connector-call.ts";
import sandbox from "./index.ts";

const call = <O extends Operation>(operation: O, init: RequestInit<O>, circumstances?: Circumstances) =>
  callOffline(sandbox, operation, init, circumstances);

const money = (minorAmount: bigint) => ({ minorAmount, currency: Currency.USD });
const ach = (number: string) => ({
  payoutMethodData: { case: "ach" as const, value: { bankAccountNumber: { value: number } } },
});
const plain = ach("000123456789");
const idOf = (reply: { connectorPayoutId?: string | undefined }) => reply.connectorPayoutId ?? "";
const link = async (amount = 1000n) => idOf(await call("createLink", { amount: money(amount) }));

describe("new objects", () => {
  test.each([
    ["createLink", { amount: money(1000n) }, "link", PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA],
    ["stage", { amount: money(1000n) }, "quote", PayoutStatus.REQUIRES_CONFIRMATION],
    ["createRecipient", {}, "recipient", PayoutStatus.REQUIRES_CREATION],
    ["enrollDisburseAccount", { payoutMethodData: plain }, "account", PayoutStatus.REQUIRES_FULFILLMENT],
    ["create", { amount: money(1000n), payoutMethodData: plain }, "payout", PayoutStatus.SUCCESS],
    ["transfer", { amount: money(1000n), payoutMethodData: plain }, "payout", PayoutStatus.SUCCESS],
  ] as const)("%s", async (operation, init, kind, status) => {
    const reply = await call(operation, init);
    expect(reply.payoutStatus).toBe(status);
    expect(reply.connectorPayoutId).toMatch(new RegExp(`^sbx_${kind}_0000_`));
    expect(await call("get", { connectorPayoutId: idOf(reply) })).toEqual(reply);
  });

  test("is the same when sent again, and another under another key", async () => {
    expect(await call("createLink", {}, { attempt: 2 })).toEqual(await call("createLink", {}));
    expect(await call("createLink", {}, { key: "b2" })).not.toEqual(await call("createLink", {}));
  });

  test("a link has no page of the sandbox's", async () => {
    expect(await call("createLink", {})).not.toHaveProperty("payoutLink");
  });
});

describe("links", () => {
  test("are paid to an account, or once the recipient has given one", async () => {
    const connectorPayoutId = await link();
    const paid = { payoutStatus: PayoutStatus.SUCCESS };
    for (const status of [
      undefined,
      PayoutStatus.REQUIRES_FULFILLMENT,
      PayoutStatus.PENDING,
      PayoutStatus.FAILED,
    ]) {
      const request = { connectorPayoutId, payoutMethodData: plain };
      expect(await call("transfer", request, { status })).toMatchObject(paid);
    }
    expect(
      await call("transfer", { connectorPayoutId }, { status: PayoutStatus.REQUIRES_FULFILLMENT }),
    ).toMatchObject(paid);
    for (const status of [undefined, PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA]) {
      const early = call("transfer", { connectorPayoutId }, { status });
      await expect(early).rejects.toMatchObject({ name: "Failure", reason: "RECIPIENT_NOT_READY" });
    }
  });

  test.each([PayoutStatus.CANCELLED, PayoutStatus.EXPIRED, PayoutStatus.SUCCESS, PayoutStatus.REVERSED])(
    "that the core has in status %d are not paid",
    async (status) => {
      const request = { connectorPayoutId: await link(), payoutMethodData: plain };
      await expect(call("transfer", request, { status })).rejects.toMatchObject({
        name: "Failure",
        reason: "PAYOUT_STATE",
      });
    },
  );

  test("stand where the core says", async () => {
    const connectorPayoutId = await link();
    for (const status of [PayoutStatus.EXPIRED, PayoutStatus.REQUIRES_FULFILLMENT, PayoutStatus.CANCELLED]) {
      expect((await call("get", { connectorPayoutId }, { status })).payoutStatus).toBe(status);
    }
  });

  test("are cancelled, again and again, until they are paid", async () => {
    const connectorPayoutId = await link();
    const open = [undefined, PayoutStatus.REQUIRES_FULFILLMENT, PayoutStatus.FAILED];
    for (const status of [...open, PayoutStatus.CANCELLED]) {
      expect(await call("void", { connectorPayoutId }, { status })).toEqual({
        connectorPayoutId,
        payoutStatus: PayoutStatus.CANCELLED,
      });
    }
    for (const status of [PayoutStatus.PENDING, PayoutStatus.SUCCESS]) {
      const late = call("void", { connectorPayoutId }, { status });
      await expect(late).rejects.toMatchObject({ reason: "NOT_CANCELABLE" });
    }
  });
});

describe("payouts", () => {
  test("are cancelled while pending, and stay so", async () => {
    const made = await call("transfer", { amount: money(2001n), payoutMethodData: plain });
    const connectorPayoutId = idOf(made);
    expect((await call("void", { connectorPayoutId }, { afterMs: 9_999 })).payoutStatus).toBe(
      PayoutStatus.CANCELLED,
    );
    const late = call("void", { connectorPayoutId }, { afterMs: 10_000 });
    await expect(late).rejects.toMatchObject({ reason: "NOT_CANCELABLE", status: 409 });
    const later = { afterMs: 10_000, status: PayoutStatus.CANCELLED };
    expect((await call("get", { connectorPayoutId }, later)).payoutStatus).toBe(PayoutStatus.CANCELLED);
  });

  test("are not paid twice, except after they failed, by another account", async () => {
    const made = await call("transfer", { amount: money(1000n), payoutMethodData: ach("00002004") });
    const request = { connectorPayoutId: idOf(made), amount: money(1000n), payoutMethodData: plain };
    await expect(call("transfer", request)).rejects.toMatchObject({
      name: "Failure",
      reason: "PAYOUT_STATE",
    });
    const again = await call("transfer", request, { afterMs: 10_000 });
    expect(again.payoutStatus).toBe(PayoutStatus.SUCCESS);
  });

  test("need somewhere to go", async () => {
    const missing = { name: "Failure", reason: "MISSING_REQUIRED_FIELD", field: "payout_method_data" };
    for (const operation of ["create", "transfer", "enrollDisburseAccount", "eligibility"] as const) {
      await expect(call(operation, { amount: money(1000n) })).rejects.toMatchObject(missing);
    }
    const recipient = idOf(await call("createRecipient", {}));
    const reply = await call("create", { amount: money(1000n), connectorPayoutId: recipient });
    expect(reply.payoutStatus).toBe(PayoutStatus.SUCCESS);
  });

  test("take a quote of the sandbox's", async () => {
    const quote = idOf(await call("stage", { amount: money(1000n) }));
    const request = { amount: money(1000n), payoutMethodData: plain };
    expect((await call("transfer", { ...request, connectorQuoteId: quote })).payoutStatus).toBe(
      PayoutStatus.SUCCESS,
    );
    for (const operation of ["create", "transfer", "createLink"] as const) {
      const wrong = call(operation, { ...request, connectorQuoteId: await link() });
      await expect(wrong).rejects.toMatchObject({ reason: "PROVIDER_NOT_FOUND" });
    }
    expect((await call("void", { connectorPayoutId: quote })).payoutStatus).toBe(PayoutStatus.CANCELLED);
  });

  test("go to no account that is a link", async () => {
    const request = call("transfer", { amount: money(1000n), connectorPayoutMethodId: await link() });
    await expect(request).rejects.toMatchObject({ reason: "PROVIDER_NOT_FOUND" });
  });

  test("without an id cannot be found", async () => {
    for (const operation of ["get", "void"] as const) {
      await expect(call(operation, {})).rejects.toMatchObject({ reason: "MISSING_REQUIRED_FIELD" });
      const garbled = call(operation, { connectorPayoutId: "sbx_payout_0000_nonsense" });
      await expect(garbled).rejects.toMatchObject({ reason: "PROVIDER_NOT_FOUND", status: 404 });
    }
  });
});

describe("eligibility", () => {
  test.each([
    ["00001000", PayoutStatus.REQUIRES_FULFILLMENT],
    ["00004001", PayoutStatus.INELIGIBLE],
    ["00004002", PayoutStatus.INELIGIBLE],
    ["00004003", PayoutStatus.INELIGIBLE],
    // The balance is the caller's: the recipient can be paid.
    ["00004004", PayoutStatus.REQUIRES_FULFILLMENT],
  ])("of account %s", async (number, status) => {
    expect((await call("eligibility", { payoutMethodData: ach(number) })).payoutStatus).toBe(status);
  });

  test("of a recipient that was made before", async () => {
    const connectorPayoutId = idOf(await call("createRecipient", { payoutMethodData: ach("00004002") }));
    expect((await call("eligibility", { connectorPayoutId })).payoutStatus).toBe(PayoutStatus.INELIGIBLE);
  });
});

test("credentials are empty, and nothing else", () => {
  expect(sandbox.credentials.safeParse({}).success).toBe(true);
  expect(sandbox.credentials.safeParse({ api_key: "sk_test_canary" }).success).toBe(false);
});
