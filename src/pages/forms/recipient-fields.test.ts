import { describe, expect, it } from "vitest";
import { type Faults, readFields, type Values } from "./field.ts";
import { holderOf, type RecipientKindName, readRecipient, recipientGroups } from "./recipient-fields.ts";

const ada = { firstName: "Ada", lastName: "Lovelace", line1: "1 Main Street", city: "Springfield" };
const us = { ...ada, country: "US", region: "IL", postalCode: "62701" };

function read(kind: RecipientKindName, form: Values): { readonly values: Values; readonly faults: Faults } {
  return readFields(
    recipientGroups(kind, form.country).flatMap(({ fields }) => fields),
    form,
  );
}

describe("an address", () => {
  it.each<[string, Values, Faults]>([
    ["as a country writes it", us, {}],
    [
      "without what the country needs",
      { ...ada, country: "US" },
      { region: "required", postalCode: "required" },
    ],
    ["with a region that is none", { ...us, region: "Illinois" }, { region: "choose" }],
    ["with another country's postal code", { ...us, postalCode: "SW1A 1AA" }, { postalCode: "postalCode" }],
    ["in lower case", { ...ada, country: "GB", postalCode: "sw1a 1aa" }, {}],
    ["where there are no postal codes", { ...ada, country: "AE" }, {}],
    ["where nobody knows how they are written", { ...ada, country: "KE", postalCode: "00100" }, {}],
    ["in no country", { ...ada, country: "ZZ" }, { country: "choose" }],
    ["of nobody knows where", ada, { country: "required" }],
  ])("%s", (_about, form, faults) => {
    expect(read("personal", form).faults).toEqual(faults);
  });
});

describe("a recipient", () => {
  it("is a person", () => {
    const recipient = readRecipient(
      "personal",
      read("personal", { ...us, email: " ada@example.com " }).values,
    );
    expect(recipient).toEqual({
      kind: "personal",
      firstName: "Ada",
      lastName: "Lovelace",
      email: "ada@example.com",
      address: {
        line1: "1 Main Street",
        line2: undefined,
        city: "Springfield",
        region: "IL",
        postalCode: "62701",
        country: "US",
      },
    });
    expect(holderOf(recipient)).toBe("Ada Lovelace");
  });

  it("is a business, with the person who answers for it", () => {
    const { values, faults } = read("business", { ...us, businessName: "Engines Inc.", doingBusinessAs: "" });
    expect(faults).toEqual({});
    const recipient = readRecipient("business", values);
    expect(recipient).toMatchObject({
      kind: "business",
      businessName: "Engines Inc.",
      doingBusinessAs: undefined,
      controlOwner: { firstName: "Ada", lastName: "Lovelace", email: undefined },
    });
    expect(holderOf(recipient)).toBe("Engines Inc.");
    expect(read("business", us).faults).toEqual({ businessName: "required" });
  });
});
