import { Refusal } from "../../src/connector/contract.ts";

/** The whole record of an object. The sandbox stores nothing, so all of it is in the id. */
export interface SandboxObject {
  readonly kind: Kind;
  /** Of the outcome chosen when it was created; 0 for the ordinary one. */
  readonly code: number;
  /** When it was made, in milliseconds since 1970. */
  readonly startedAtMs: number;
}

/** The kind of an object. */
export type Kind = (typeof kinds)[number];

/** Every kind of object. */
export const kinds = ["link", "payout", "quote", "recipient", "account"] as const;

const TIME_DIGITS = 8;
const KEY_DIGITS = 16;
const shape = /^sbx_([a-z]+)_(\d{4})_([0-9a-z]{8})[0-9a-f]{16}[0-9a-z]{2}$/;

/** The id of an object: `sbx_<kind>_<code>_<time><key><check>`. The same attempt always gets the same one. */
export function writeId(object: SandboxObject, idempotencyKey: string): string {
  const time = object.startedAtMs.toString(36).padStart(TIME_DIGITS, "0");
  const code = object.code.toString().padStart(4, "0");
  const id = `sbx_${object.kind}_${code}_${time}${idempotencyKey.slice(0, KEY_DIGITS)}`;
  return id + check(id);
}

/**
 * Reads an id again.
 *
 * @throws Refusal PROVIDER_NOT_FOUND if the sandbox did not write it, or it stands for none of `allowed`.
 */
export function readId(id: string, allowed: readonly Kind[]): SandboxObject {
  const [, kind, code, time] = shape.exec(id) ?? [];
  const known = allowed.find((name) => name === kind);
  if (
    known === undefined ||
    code === undefined ||
    time === undefined ||
    check(id.slice(0, -2)) !== id.slice(-2)
  ) {
    throw new Refusal({
      reason: "PROVIDER_NOT_FOUND",
      status: 404,
      code: "not_found",
      message: `The sandbox has no ${allowed.join(" or ")} with this id.`,
    });
  }
  return { kind: known, code: Number(code), startedAtMs: Number.parseInt(time, 36) };
}

/** Two digits that a mistyped id gets wrong. */
function check(text: string): string {
  let sum = 0;
  for (const character of text) sum = (sum * 37 + (character.codePointAt(0) ?? 0)) % 1291;
  return sum.toString(36).padStart(2, "0");
}
