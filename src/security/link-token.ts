import { hash } from "node:crypto";
import { hmac, type Key } from "./keys.ts";

/** A link's token: 256 bits, a bearer secret in the URL. */
export interface LinkToken {
  /** Goes into the URL: 43 characters of base64url. Never stored, never logged. */
  readonly text: string;
  /** Stored in place of the token, and used to look the link up. */
  readonly hash: string;
}

/**
 * Derives a link's token. The same key, payout and generation give the same token, so that a repeated call gets the
 * same URL though only the hash is stored. A new generation revokes the old URL.
 */
export function linkToken(key: Key, payoutId: string, generation: number): LinkToken {
  const text = hmac(key.linkToken, `${payoutId}.${generation}`);
  return { text, hash: linkTokenHash(text) };
}

/** The hash under which a token is stored. */
export function linkTokenHash(token: string): string {
  return hash("sha256", token, "base64url");
}
