import cardValidator from "card-validator";
import { electronicFormatIBAN, isValidBIC, isValidIBAN } from "ibantools";
import type { FaultName, Field } from "./field.ts";
import { email } from "./field.ts";

const digitsOnly = (text: string) => text.replace(/[\s.-]/g, "");
const withoutSpaces = (text: string) => text.replace(/\s/g, "").toUpperCase();
/** Longer than any number of an account, so that a number which is too long is told as a wrong one. */
const MAX_LENGTH = 60;
const number = { autocomplete: "off", inputMode: "numeric", isLatin: true, maxLength: MAX_LENGTH } as const;
const matches = (pattern: RegExp, fault: FaultName) => (text: string) =>
  pattern.test(text) ? undefined : fault;

/** Nine digits that name a bank in the United States, the last of which checks the others. */
export const routingNumber: Field = {
  ...number,
  name: "routingNumber",
  isShort: true,
  tidy: digitsOnly,
  fault: (text) => (isRoutingNumber(text) ? undefined : "routingNumber"),
};

/** A bank account in the United States. */
export const accountNumber: Field = {
  ...number,
  name: "accountNumber",
  isShort: true,
  secrecy: "covered",
  tidy: digitsOnly,
  fault: matches(/^\d{4,17}$/, "accountNumber"),
};

/** Six digits that name a bank's branch in the United Kingdom. */
export const sortCode: Field = {
  ...number,
  name: "sortCode",
  isShort: true,
  tidy: digitsOnly,
  fault: matches(/^\d{6}$/, "sortCode"),
};

/** A bank account in the United Kingdom. */
export const ukAccountNumber: Field = {
  ...number,
  name: "ukAccountNumber",
  isShort: true,
  secrecy: "covered",
  tidy: digitsOnly,
  fault: matches(/^\d{8}$/, "ukAccountNumber"),
};

/** An international bank account number. */
export const iban: Field = {
  name: "iban",
  autocomplete: "off",
  isLatin: true,
  secrecy: "covered",
  maxLength: MAX_LENGTH,
  tidy: (text) => electronicFormatIBAN(text) ?? "",
  fault: (text) => (isValidIBAN(text) ? undefined : "iban"),
};

/** A bank's code, which most accounts with an IBAN do without. */
export const bic: Field = {
  name: "bic",
  isShort: true,
  autocomplete: "off",
  isLatin: true,
  isOptional: true,
  maxLength: MAX_LENGTH,
  tidy: withoutSpaces,
  fault: (text) => (isValidBIC(text) ? undefined : "bic"),
};

/** What stands for a bank account in Pix: a tax number, an e-mail address, a mobile number, or 32 random digits. */
export const pixKey: Field = {
  name: "pixKey",
  autocomplete: "off",
  isLatin: true,
  maxLength: 77,
  tidy: (text) => (text.includes("@") ? text : tidyPixKey(text)),
  fault: (text) => (isPixKey(text) ? undefined : "pixKey"),
};

/** The e-mail address of an account with Interac. */
export const interacEmail: Field = { ...email, name: "interacEmail" };

/** The e-mail address of an account with PayPal. */
export const paypalEmail: Field = { ...email, name: "paypalEmail" };

/** A mobile number in the United States, as `+15551234567`. */
export const venmoPhone: Field = {
  name: "venmoPhone",
  autocomplete: "tel",
  inputMode: "tel",
  isLatin: true,
  maxLength: MAX_LENGTH,
  tidy: (text) => text.replace(/[\s().-]/g, "").replace(/^(\+?1)?(?=\d{10}$)/, "+1"),
  fault: matches(/^\+1[2-9]\d{9}$/, "phone"),
};

/** A card that money can be sent to. Its security code is never asked for. */
export const cardNumber: Field = {
  name: "cardNumber",
  autocomplete: "cc-number",
  inputMode: "numeric",
  isLatin: true,
  secrecy: "unrepeated",
  maxLength: MAX_LENGTH,
  tidy: digitsOnly,
  fault: (text) => (cardValidator.number(text).isValid ? undefined : "cardNumber"),
};

/** Month and year, tidied to `MM/YYYY`. */
export const cardExpiry: Field = {
  name: "cardExpiry",
  isShort: true,
  autocomplete: "cc-exp",
  inputMode: "numeric",
  isLatin: true,
  maxLength: MAX_LENGTH,
  tidy: (text) => {
    const { month, year } = cardValidator.expirationDate(text);
    return month && year ? `${month.padStart(2, "0")}/${year.slice(-2).padStart(4, "20")}` : text;
  },
  fault: (text) => (cardValidator.expirationDate(text).isValid ? undefined : "cardExpiry"),
};

function isRoutingNumber(text: string): boolean {
  if (!/^(0\d|1[0-2]|2[1-9]|3[0-2]|6[1-9]|7[0-2]|80)\d{7}$/.test(text)) return false;
  const weights = [3, 7, 1];
  const sum = Array.from(text, Number).reduce(
    (total, digit, at) => total + digit * (weights[at % 3] ?? 0),
    0,
  );
  return sum % 10 === 0;
}

function tidyPixKey(text: string): string {
  const compact = text.replace(/[\s().]/g, "");
  return isUuid(compact) ? compact.toLowerCase() : compact.replace(/[-/]/g, "").toUpperCase();
}

/** A CPF, a CNPJ (of digits, or since 2026 of letters and digits), a mobile number, an address or a random key. */
function isPixKey(text: string): boolean {
  if (text.includes("@")) return email.fault?.(text) === undefined;
  if (/^\d{11}$/.test(text)) return hasCheckDigits(text, 11);
  if (/^[0-9A-Z]{12}\d{2}$/.test(text)) return hasCheckDigits(text, 9);
  return /^\+[1-9]\d{9,13}$/.test(text) || isUuid(text);
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/**
 * Whether the last two characters check the others: weights rise from 2 at the right and begin again after `maxWeight`, and
 * letters count by their place in ASCII after the zero.
 */
function hasCheckDigits(text: string, maxWeight: number): boolean {
  if (/^(.)\1+$/.test(text)) return false;
  return [2, 1].every((left) => {
    const body = text.slice(0, -left);
    const sum = Array.from(body).reduceRight(
      (total, character, at) =>
        total + (character.charCodeAt(0) - 48) * (2 + ((body.length - 1 - at) % (maxWeight - 1))),
      0,
    );
    const digit = sum % 11 < 2 ? 0 : 11 - (sum % 11);
    return digit === Number(text.at(-left));
  });
}
