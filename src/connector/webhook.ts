import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Secret } from "../security/secret.ts";

/**
 * How a provider's webhooks are read. They are hints: the payouts that they name are read again by Get, so a webhook that
 * comes late, twice, out of order or never does not change where a payout ends.
 */
export interface Webhook {
  /**
   * The proof that a verified request carries. `body`, if absent: every byte is the provider's. `sender`: the sender knows
   * the secret, which comes along as a password or token; nothing is signed, so neither the body nor the time is proven.
   */
  readonly proves?: "body" | "sender";
  /**
   * Whether the provider sent the request, and lately: checked on the raw bytes against each of the secrets (two are in use
   * while one is being replaced; an empty one matches nothing). Never throws, whatever an anonymous peer sends.
   */
  verify(request: WebhookRequest, secrets: readonly Secret[]): boolean;
  /**
   * The event of a verified request. Undefined if it is not about payouts, or of an unknown type.
   *
   * @throws Error if the body is not as the provider documents it.
   */
  read(request: WebhookRequest): WebhookEvent | undefined;
}

/** A webhook request from a provider. */
export interface WebhookRequest {
  /** Every value of a header, by its name in lower case. Several values of a signing header are a reason to refuse it. */
  header(name: string): readonly string[];
  /** The body, byte for byte: signatures are over these bytes. */
  readonly body: Uint8Array;
  /** When it came, in milliseconds since 1970. */
  readonly receivedAtMs: number;
}

/** The event that a webhook reports. */
export interface WebhookEvent {
  /** The provider's id of the event: a repeat has the same. */
  readonly id: string;
  /** The provider's name of the event, such as `transfer.updated`. */
  readonly type: string;
  /** The provider's ids of the payouts to read again. A payout is found by its former ids too. */
  readonly connectorPayoutIds: readonly string[];
}

/**
 * HMAC-SHA256 of the signed parts, in order. The key is the secret's text, or the bytes that it encodes. An empty key, with which
 * anyone could sign, is replaced by a random one.
 *
 * @example isSameSignature(hmacSha256(secret.reveal(), `${seconds}.`, request.body), Buffer.from(hex, "hex"))
 */
export function hmacSha256(key: string | Uint8Array, ...signed: readonly (string | Uint8Array)[]): Buffer {
  const mac = createHmac("sha256", key.length === 0 ? randomKey : key);
  for (const part of signed) mac.update(part);
  return mac.digest();
}

const randomKey = randomBytes(32);

/** Whether a signature is the expected one, compared in constant time. */
export function isSameSignature(expected: Uint8Array, given: Uint8Array): boolean {
  return expected.length === given.length && timingSafeEqual(expected, given);
}
