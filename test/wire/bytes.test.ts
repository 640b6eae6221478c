import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { Currency } from "../../src/gen/types/money_pb.ts";
import {
  PayoutServiceCreateLinkRequestSchema,
  PayoutServiceCreateLinkResponseSchema,
  PayoutServiceTransferRequestSchema,
  PayoutServiceVoidResponseSchema,
  PayoutEnums_PayoutStatus as PayoutStatus,
} from "../../src/gen/types/payout_pb.ts";

/** Bytes from hexadecimal text, one field or length a word. */
const bytes = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(/\s+/g, ""), "hex"));

describe("encoded messages, against bytes written by hand", () => {
  test("a link for 10.00 USD", () => {
    const request = create(PayoutServiceCreateLinkRequestSchema, {
      merchantPayoutId: "p1",
      amount: { minorAmount: 1000n, currency: Currency.USD },
      destinationCurrency: Currency.USD,
    });
    // Field 1 "p1"; field 7 { field 1: 1000; field 2: 146 }; field 8: 146.
    const written = bytes("0a 02 7031   3a 06 08 e807 10 9201   40 9201");
    expect(toBinary(PayoutServiceCreateLinkRequestSchema, request)).toEqual(written);
    expect(fromBinary(PayoutServiceCreateLinkRequestSchema, written)).toEqual(request);
  });

  test("a transfer to an account", () => {
    const request = create(PayoutServiceTransferRequestSchema, {
      payoutMethodData: {
        payoutMethodData: { case: "ach", value: { bankAccountNumber: { value: "00012" } } },
      },
      connectorPayoutId: "",
    });
    // Field 3 { field 2 { field 4 { field 1 "00012" } } }; field 6, optional, set and empty.
    const written = bytes("1a 0b 12 09 22 07 0a 05 3030303132   32 00");
    expect(toBinary(PayoutServiceTransferRequestSchema, request)).toEqual(written);
    expect(fromBinary(PayoutServiceTransferRequestSchema, written)).toEqual(request);
  });

  /** Field 2: 11; field 3 "x"; field 5: 200. */
  const reply = "10 0b   1a 01 78   28 c801";
  /** Field 100, of length 3: { field 2 "u" }. */
  const link = "a206 03 12 01 75";

  test("a link's reply, whose URL is in field 100", () => {
    const message = create(PayoutServiceCreateLinkResponseSchema, {
      payoutStatus: PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA,
      connectorPayoutId: "x",
      statusCode: 200,
      payoutLink: { url: "u" },
    });
    expect(toBinary(PayoutServiceCreateLinkResponseSchema, message)).toEqual(bytes(reply + link));
  });

  test("a reader that does not know field 100 skips it", () => {
    // Void's reply has the five fields of Prism's CreateLink reply, and no more.
    const seen = fromBinary(PayoutServiceVoidResponseSchema, bytes(reply + link), {
      readUnknownFields: false,
    });
    expect(seen).toEqual(fromBinary(PayoutServiceVoidResponseSchema, bytes(reply)));
    expect(seen).toMatchObject({ payoutStatus: 11, connectorPayoutId: "x", statusCode: 200 });
  });
});
