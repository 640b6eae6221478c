import { describe, expect, it } from "vitest";
import { readPhone } from "./phone.ts";

describe("takes apart", () => {
  it.each([
    ["+12025550139", "1", "2025550139"],
    ["+1 (202) 555-0139", "1", "2025550139"],
    ["+79161234567", "7", "9161234567"],
    ["+447700900123", "44", "7700900123"],
    ["+4915112345678", "49", "15112345678"],
    ["+351912345678", "351", "912345678"],
    ["+923001234567", "92", "3001234567"],
    ["+97150123456", "971", "50123456"],
    ["+85251234567", "852", "51234567"],
  ])("%s", (text, code, number) => {
    expect(readPhone("phone", text)).toEqual({ country_code: code, phone_number: number });
  });
});

it("takes a national number with a calling code", () => {
  const phone = { country_code: "1", phone_number: "2025550139" };
  expect(readPhone("phone", "202-555-0139", "+1")).toEqual(phone);
  expect(readPhone("phone", "+12025550139", "44")).toEqual(phone);
});

it.each([
  ["2025550139", undefined],
  ["+1", undefined],
  ["call me", undefined],
  ["+0123456789", undefined],
  ["2025550139", "USA"],
])("refuses %s with the calling code %s", (text, code) => {
  expect(() => readPhone("customer.phone_number", text, code)).toThrow(
    expect.objectContaining({ reason: "INVALID_DATA_FORMAT", field: "customer.phone_number" }),
  );
});
