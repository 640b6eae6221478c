import type { Messages } from "../i18n/messages/messages.ts";
import { countryCodes } from "./countries.ts";

/** One thing that a recipient writes. Its label is `messages.fields[name]`, its hint `messages.hints[name]` where there is one. */
export interface Field {
  readonly name: FieldName;
  /** The value of the `autocomplete` attribute. */
  readonly autocomplete: string;
  readonly inputMode?: "email" | "numeric" | "tel" | "text";
  readonly isOptional?: boolean;
  /**
   * `covered` is shown only while it is being written; `unrepeated` is not put back into a page either, whatever was wrong
   * with the others.
   */
  readonly secrecy?: "covered" | "unrepeated";
  /** Whether it is written from left to right in every language, as codes and addresses of the net are. */
  readonly isLatin?: boolean;
  /** Whether it is short enough to stand beside another, where there is room. */
  readonly isShort?: boolean;
  readonly maxLength: number;
  /** The text as it is sent on; what is wrong with it is found in that. */
  tidy?(text: string): string;
  fault?(tidied: string): FaultName | undefined;
}

/** A name in `messages.fields`. */
export type FieldName = keyof Messages["fields"];

/** A name in `messages.faults`. */
export type FaultName = keyof Messages["faults"];

/** What is wrong, by field. */
export type Faults = Readonly<Partial<Record<FieldName, FaultName>>>;

/** What was written, by field. */
export type Values = Readonly<Partial<Record<FieldName, string>>>;

// Control characters, line separators, those that turn the direction of the text around them, and what stands for bytes that
// are no text.
const forbidden = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\ufffd]/u;

/** Reads fields from a form: every value as it is sent on, and every fault. A field that is optional and empty is left out. */
export function readFields(
  fields: readonly Field[],
  form: Values,
): { readonly values: Values; readonly faults: Faults } {
  const values: Partial<Record<FieldName, string>> = {};
  const faults: Partial<Record<FieldName, FaultName>> = {};
  for (const field of fields) {
    const text = (form[field.name] ?? "").trim();
    const tidied = field.tidy?.(text) ?? text;
    const fault = faultOf(field, tidied);
    if (fault) faults[field.name] = fault;
    else if (tidied !== "") values[field.name] = tidied;
  }
  return { values, faults };
}

function faultOf(field: Field, tidied: string): FaultName | undefined {
  if (tidied === "") return field.isOptional ? undefined : "required";
  if (tidied.length > field.maxLength) return "tooLong";
  if (forbidden.test(tidied)) return "characters";
  return field.fault?.(tidied);
}

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
