import { ApiError } from "./api-error.ts";

/** A reply as it was sent. */
export interface StoredReply {
  readonly status: number;
  readonly body: string;
}

interface Entry {
  readonly fingerprint: string;
  reply: StoredReply | undefined;
}

/** The meaning of a key that arrives. */
export type Claim =
  | { readonly kind: "fresh"; finish(reply: StoredReply, keep: boolean): void }
  | { readonly kind: "replay"; readonly reply: StoredReply };

/**
 * Idempotency keys as Stripe keeps them: v1 replays what it stored, errors included; v2 replays only what succeeded and
 * runs failed requests again. Which replies are kept is the caller's decision, by `keep`.
 */
export function newIdempotency(): { claim(key: string, fingerprint: string): Claim; forget(): void } {
  const entries = new Map<string, Entry>();
  return {
    forget: () => entries.clear(),
    claim(key, fingerprint) {
      const known = entries.get(key);
      if (known) return readKnown(known, key, fingerprint);
      const entry: Entry = { fingerprint, reply: undefined };
      entries.set(key, entry);
      return {
        kind: "fresh",
        finish(reply, keep) {
          if (keep) entry.reply = reply;
          else entries.delete(key);
        },
      };
    },
  };
}

function readKnown(entry: Entry, key: string, fingerprint: string): Claim {
  if (entry.fingerprint !== fingerprint) {
    throw new ApiError(400, {
      type: "idempotency_error",
      message: `The idempotency key ${key} was first used with other parameters.`,
    });
  }
  if (entry.reply) return { kind: "replay", reply: entry.reply };
  throw new ApiError(409, {
    type: "invalid_request_error",
    code: "idempotency_key_in_use",
    message: `Another request with the idempotency key ${key} is still running.`,
  });
}
