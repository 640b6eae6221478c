import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { PayoutMethodKind } from "../../src/connector/contract.ts";
import { Currency } from "../../src/gen/types/money_pb.ts";
import { PayoutServiceCreateLinkRequestSchema } from "../../src/gen/types/payout_pb.ts";
import type { FinixContext } from "./credentials.ts";
import { errors } from "./errors.ts";
import { linkBody } from "./link-body.ts";

const context = { idempotencyKey: "a".repeat(64), payout: undefined } as FinixContext;

function body(linkOptions: object, minorAmount = 1000n): object {
  const request = create(PayoutServiceCreateLinkRequestSchema, {
    amount: { minorAmount, currency: Currency.USD },
    destinationCurrency: Currency.USD,
    linkOptions: { termsUrl: "https://shop.example/terms", ...linkOptions },
  });
  return linkBody(request, context);
}

const refuses = (linkOptions: object) => expect(() => body(linkOptions));

describe("a link's body", () => {
  it("lasts seven days and allows every method unless the caller says otherwise", () => {
    expect(body({})).toEqual({
      amount_details: { total_amount: 1000, currency: "USD" },
      allowed_payout_operations: ["PUSH_TO_ACH", "PUSH_TO_CARD"],
      additional_details: {
        terms_of_service_url: "https://shop.example/terms",
        expiration_in_minutes: 10_080,
      },
      tags: { sluice_attempt: "a".repeat(64) },
    });
  });

  it("names a method once, however often the caller does", () => {
    const allowedMethods = [PayoutMethodKind.CARD, PayoutMethodKind.CARD];
    expect(body({ allowedMethods })).toMatchObject({ allowed_payout_operations: ["PUSH_TO_CARD"] });
  });

  it("takes 47 entries of metadata and no more", () => {
    const metadata = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`key_${index}`, "x"]));
    expect(Object.keys((body({ metadata: metadata(47) }) as { tags: object }).tags)).toHaveLength(48);
    refuses({ metadata: metadata(48) }).toThrow(/at most 47 entries/);
  });

  it("says what to write instead of what Finix cannot carry", () => {
    refuses({ termsUrl: undefined }).toThrow(/link_options.terms_url.*write https:/);
    refuses({ expiresIn: { seconds: 90n } }).toThrow(/link_options.expires_in.*multiple of 60/);
    refuses({ allowedMethods: [PayoutMethodKind.PIX] }).toThrow(/allowed_methods.*US_BANK.*CARD/);
    refuses({ branding: { senderName: "Shop" } }).toThrow(/finix does not support.*branding.sender_name/);
    refuses({ items: [{ name: "x", minorAmount: 2n ** 60n }] }).toThrow(/items\[0\].minor_amount/);
    refuses({ metadata: { merchant_payout_id: "x" } }).toThrow(/another key than merchant_payout_id/);
    expect(() => body({}, 2n ** 60n)).toThrow(/amount.minor_amount/);
  });
});

describe("Finix's errors", () => {
  const body = (...faults: readonly object[]) => ({ total: faults.length, _embedded: { errors: faults } });

  it("are told with every logref, which its support asks for", () => {
    const reply = body(
      { code: "INVALID_FIELD", field: "items", logref: "abc", message: "is too long" },
      { code: "INVALID_FIELD", logref: "def", message: "Another." },
    );
    expect(errors.read(reply)).toEqual({
      code: "INVALID_FIELD",
      message: "items: is too long (logref abc) Another. (logref def)",
    });
  });

  it.each<[string, unknown, unknown]>([
    ["no code", body({ message: "Why." }), { code: "", message: "Why." }],
    ["a code of another type", body({ code: 7 }), { code: "", message: "" }],
    ["no errors", body(), undefined],
    ["text", "Bad gateway", undefined],
    ["nothing", undefined, undefined],
  ])("with %s are read as far as they go", (_, reply, expected) => {
    expect(errors.read(reply)).toEqual(expected);
  });
});
