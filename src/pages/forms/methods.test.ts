import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { type Connector, PayoutMethodKind } from "../../connector/contract.ts";
import { LinkOptionsSchema } from "../../gen/sluice/v1/link_pb.ts";
import { PayoutMethodSchema } from "../../gen/types/payout_method_pb.ts";
import { type MethodName, methods, offeredMethods } from "./methods.ts";

const values = {
  routingNumber: "110000000",
  accountNumber: "000123456789",
  sortCode: "123456",
  ukAccountNumber: "12345678",
  iban: "DE89370400440532013000",
  pixKey: "52998224725",
  interacEmail: "i@example.com",
  paypalEmail: "p@example.com",
  venmoPhone: "+15551234567",
  cardNumber: "4000056655665556",
  cardExpiry: "12/2040",
};

describe("what is written on the wire", () => {
  it.each<[MethodName, string, object]>([
    [
      "us_bank",
      "ach",
      { bankRoutingNumber: { value: "110000000" }, bankAccountNumber: { value: "000123456789" } },
    ],
    ["uk_bank", "bacs", { bankSortCode: { value: "123456" }, bankAccountNumber: { value: "12345678" } }],
    ["iban", "sepa", { iban: { value: values.iban }, accountHolderName: { value: "Ada Lovelace" } }],
    ["pix", "pixKey", { pixKey: { value: "52998224725" } }],
    ["interac", "interac", { email: { value: "i@example.com" } }],
    ["paypal", "paypal", { email: { value: "p@example.com" } }],
    ["venmo", "venmo", { telephoneNumber: { value: "+15551234567" } }],
    [
      "card",
      "card",
      {
        cardExpMonth: { value: "12" },
        cardExpYear: { value: "2040" },
        cardHolderName: { value: "Ada Lovelace" },
      },
    ],
  ])("for %s is %s", (name, kind, expected) => {
    const method = methods.find((each) => each.name === name);
    const { payoutMethodData } = create(PayoutMethodSchema, method?.write(values, "Ada Lovelace"));
    expect(payoutMethodData.case).toBe(kind);
    expect(payoutMethodData.value).toMatchObject(expected);
  });

  it("covers every kind that there is", () => {
    const kinds = Object.values(PayoutMethodKind).filter((kind) => kind !== PayoutMethodKind.UNSPECIFIED);
    expect(methods.map(({ kind }) => kind).toSorted()).toEqual(kinds.toSorted());
  });
});

describe("what is offered", () => {
  const { US_BANK, CARD, PIX } = PayoutMethodKind;
  const connector = { methods: [US_BANK, CARD] } as unknown as Connector;
  const offered = (allowedMethods: PayoutMethodKind[], areCardsAllowed: boolean) =>
    offeredMethods(connector, create(LinkOptionsSchema, { allowedMethods }), areCardsAllowed).map(
      ({ name }) => name,
    );

  it("is what the connector has, the caller allows, and the operator allows of cards", () => {
    expect(offered([], true)).toEqual(["us_bank", "card"]);
    expect(offered([], false)).toEqual(["us_bank"]);
    expect(offered([CARD, PIX], true)).toEqual(["card"]);
    expect(offered([CARD], false)).toEqual([]);
  });
});
