import type { Secret } from "../security/secret.ts";

/** A request that a provider sent to tell of something. */
export interface WebhookRequest {
  /** Every value of a header, by its name in lower case. More than one of what signs a request is a reason to refuse it. */
  header(name: string): readonly string[];
  /** The body, byte for byte: signatures are over these. */
  readonly body: Uint8Array;
  /** When it came, in milliseconds since 1970. */
  readonly receivedAtMs: number;
}

/**
 * How a provider's webhooks are read. They are hints and no more: what they are about is asked for again by Get, so that
 * a webhook that comes late, twice, out of order or never changes nothing about where a payout ends.
 */
export interface Webhook {
  /**
   * What a verified request proves. `body`, if absent: that every byte of it is the provider's. `sender`: that whoever sent it
   * knows the secret, which comes along as a password or token; nothing is signed, so neither the body nor the time is proven.
   */
  readonly proves?: "body" | "sender";
  /**
   * Whether the provider has sent the request, lately: checked on the raw bytes, with whichever of the secrets fits (two
   * are in use while one is being replaced; an empty one fits nothing). Never throws for what a stranger can send.
   */
  verify(request: WebhookRequest, secrets: readonly Secret[]): boolean;
  /**
   * What a verified request tells. Undefined where it is not about payouts, or of an event that nobody knows yet.
   *
   * @throws Error where the body is not what the provider documents.
   */
  read(request: WebhookRequest): WebhookEvent | undefined;
}

/** What a webhook is about. */
export interface WebhookEvent {
  /** The provider's id of the event: a repeat has the same. */
  readonly id: string;
  /** The provider's name for what happened, such as `transfer.updated`. */
  readonly type: string;
  /** The provider's ids of the payouts to ask about. A payout is found by its former ids too. */
  readonly connectorPayoutIds: readonly string[];
}
