import { countryCodes } from "./countries.ts";
import type { Field } from "./field.ts";

const shape = /^[^\s@,;<>]+@[^\s@.,;<>]+(\.[^\s@.,;<>]+)+$/;

/** An e-mail address. */
export const email: Field = {
  name: "email",
  autocomplete: "email",
  inputMode: "email",
  isLatin: true,
  maxLength: 254,
  fault: (text) => (shape.test(text) ? undefined : "email"),
};

/** A country to choose, among those that the connector can pay to. */
export function country(allowed: readonly string[] = countryCodes): Field {
  return {
    name: "country",
    autocomplete: "country",
    maxLength: 2,
    fault: (code) => (allowed.includes(code) ? undefined : "choose"),
  };
}

/** The code that the sender has given the recipient by other means. */
export const claimCode: Field = {
  name: "claimCode",
  autocomplete: "one-time-code",
  isLatin: true,
  secrecy: "unrepeated",
  maxLength: 64,
};
