import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { RecipientKind } from "../../src/gen/sluice/v1/link_pb.ts";
import { CountryAlpha2 } from "../../src/gen/types/address_pb.ts";
import {
  PayoutServiceCreateLinkRequestSchema,
  PayoutEnums_PayoutRecipientType as RecipientType,
} from "../../src/gen/types/payout_pb.ts";
import { isKnown, missingRecipient, readRecipient, recipientHash } from "./recipient.ts";

const read = (init: MessageInitShape<typeof PayoutServiceCreateLinkRequestSchema>) =>
  readRecipient(create(PayoutServiceCreateLinkRequestSchema, init));

const billing = { email: { value: "billing@example.com" }, countryAlpha2Code: CountryAlpha2.US };
const address = { billingAddress: billing };
const customer = { email: { value: "customer@example.com" }, firstName: "Ada" };

describe("the recipient of a link", () => {
  test("is whom link_options name, then the customer, then the billing address", () => {
    const recipient = { email: "option@example.com", country: "gb", firstName: "Augusta" };
    expect(read({ address })).toMatchObject({ email: "billing@example.com", country: "US" });
    expect(read({ address, customer })).toMatchObject({ email: "customer@example.com", firstName: "Ada" });
    expect(read({ address, customer, linkOptions: { recipient } })).toMatchObject({
      email: "option@example.com",
      country: "GB",
      firstName: "Augusta",
    });
  });

  test("is known with e-mail and country, and the error names the missing field", () => {
    expect(isKnown(read({ address }))).toBe(true);
    expect(isKnown(read({ customer }))).toBe(false);
    expect(missingRecipient(read({ customer })).field).toBe("address.billing_address.country_alpha2_code");
    expect(missingRecipient(read({})).field).toBe("customer.email");
  });

  test.each([
    [RecipientKind.PERSONAL, "individual"],
    [RecipientKind.BUSINESS, "company"],
    [RecipientKind.UNSPECIFIED, undefined],
  ])("of kind %d is a Stripe %s", (recipientKind, entityType) => {
    expect(read({ linkOptions: { recipientKind } }).entityType).toBe(entityType);
  });

  test.each([
    [RecipientType.NATURAL_PERSON, "individual"],
    [RecipientType.BUSINESS, "company"],
    [RecipientType.NON_PROFIT, "non_profit"],
    [RecipientType.PUBLIC_SECTOR, "government_entity"],
  ])("of type %d is a Stripe %s", (recipientType, entityType) => {
    expect(readRecipient({ recipientType }).entityType).toBe(entityType);
  });
});

test("a fingerprint follows e-mail and country, and nothing of them is in it", () => {
  const ada = { email: "ada@example.com", country: "US" };
  expect(recipientHash(ada)).toBe(recipientHash({ ...ada, email: "ADA@example.com" }));
  expect(recipientHash(ada)).not.toBe(recipientHash({ ...ada, country: "GB" }));
  expect(recipientHash(ada)).not.toBe(recipientHash({ ...ada, email: "adda@example.com" }));
  expect(recipientHash(ada)).toMatch(/^[0-9a-z]{1,7}$/);
});
