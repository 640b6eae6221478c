import { describe, expect, it } from "vitest";
import {
  accountNumber,
  bic,
  cardExpiry,
  cardNumber,
  iban,
  interacEmail,
  pixKey,
  routingNumber,
  sortCode,
  ukAccountNumber,
  venmoPhone,
} from "./account-fields.ts";
import { type Field, readFields } from "./field.ts";

/** What becomes of a text: the value that is sent on, or the fault in it after a dash. */
function read(field: Field, text: string): string {
  const { values, faults } = readFields([field], { [field.name]: text });
  return values[field.name] ?? `-${faults[field.name] ?? ""}`;
}

describe.each<{ readonly field: Field; readonly cases: readonly (readonly [string, string])[] }>([
  {
    field: routingNumber,
    cases: [
      ["110000000", "110000000"],
      ["021 000 021", "021000021"],
      ["110000001", "-routingNumber"],
      ["990000000", "-routingNumber"],
      ["11000000", "-routingNumber"],
      ["1100000000", "-routingNumber"],
      ["", "-required"],
    ],
  },
  {
    field: accountNumber,
    cases: [
      ["0001-2345 6789", "000123456789"],
      ["123", "-accountNumber"],
      ["123456789012345678", "-accountNumber"],
      ["12a4", "-accountNumber"],
    ],
  },
  {
    field: sortCode,
    cases: [
      ["12-34-56", "123456"],
      ["12345", "-sortCode"],
    ],
  },
  {
    field: ukAccountNumber,
    cases: [
      ["1234 5678", "12345678"],
      ["1234567", "-ukAccountNumber"],
    ],
  },
  {
    field: iban,
    cases: [
      ["de89 3704 0044 0532 0130 00", "DE89370400440532013000"],
      ["GB71 SBOX 0000 0000 0020 01", "GB71SBOX00000000002001"],
      ["DE88370400440532013000", "-iban"],
      ["DE8937040044053201300", "-iban"],
      ["ZZ89370400440532013000", "-iban"],
    ],
  },
  {
    field: bic,
    cases: [
      ["cobadeff xxx", "COBADEFFXXX"],
      ["", "-"],
      ["COBA", "-bic"],
    ],
  },
  {
    field: pixKey,
    cases: [
      ["529.982.247-25", "52998224725"],
      ["529.982.247-26", "-pixKey"],
      ["111.111.111-11", "-pixKey"],
      ["11.222.333/0001-81", "11222333000181"],
      ["11.222.333/0001-80", "-pixKey"],
      ["12.abc.345/01de-35", "12ABC34501DE35"],
      ["ada@example.com", "ada@example.com"],
      ["+55 (11) 98765-4321", "+5511987654321"],
      ["123E4567-E89B-12D3-A456-426614174000", "123e4567-e89b-12d3-a456-426614174000"],
      ["hello", "-pixKey"],
    ],
  },
  {
    field: interacEmail,
    cases: [
      ["ada@example.com", "ada@example.com"],
      ["ada@example", "-email"],
      ["ada example.com", "-email"],
    ],
  },
  {
    field: venmoPhone,
    cases: [
      ["(555) 123-4567", "+15551234567"],
      ["1 555 123 4567", "+15551234567"],
      ["+1 550 000 4001", "+15500004001"],
      ["+44 20 7946 0958", "-phone"],
      ["123 456 7890", "-phone"],
    ],
  },
  {
    field: cardNumber,
    cases: [
      ["4000 0000 2001 0007", "4000000020010007"],
      ["4000 0000 2001 0008", "-cardNumber"],
    ],
  },
  {
    field: cardExpiry,
    cases: [
      ["12/40", "12/2040"],
      ["1/2040", "01/2040"],
      ["1240", "12/2040"],
      ["12/20", "-cardExpiry"],
      ["13/40", "-cardExpiry"],
    ],
  },
])("$field.name", ({ field, cases }) => {
  it.each(cases)("%j is %j", (text, expected) => {
    expect(read(field, text)).toBe(expected);
  });
});

it.each(["a\u0000b", "a\u202eb", "line\nbreak"])("%j cannot be sent on in any field", (text) => {
  const field: Field = { name: "city", autocomplete: "off", maxLength: 100 };
  expect(read(field, text)).toBe("-characters");
  expect(read(field, "x".repeat(101))).toBe("-tooLong");
});
