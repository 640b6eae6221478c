import { timingSafeEqual } from "node:crypto";
import { hmac, type Keys } from "../security/keys.ts";

/** How long a form may lie open before it must be sent again. */
const LIFETIME_MS = 2 * 60 * 60 * 1000;

/** What a form belongs to: another link's, or the same link's after its URL was replaced, does not do. */
export interface FormOwner {
  readonly payoutId: string;
  readonly generation: number;
}

/**
 * What a form of ours carries, so that no other page can send it: whoever has not read the link's page cannot know it. Tells
 * nothing, and is good for two hours.
 */
export function csrfToken(keys: Keys, owner: FormOwner, nowMs: number): string {
  const key = keys.current;
  const expires = (nowMs + LIFETIME_MS).toString(36);
  return `${key.id}.${expires}.${hmac(key.form, signed(owner, expires))}`;
}

/** Whether a form carries what {@link csrfToken} gave it, in time. */
export function isCsrfToken(keys: Keys, owner: FormOwner, nowMs: number, token: string | undefined): boolean {
  const [keyId = "", expires = "", mac = ""] = (token ?? "").split(".");
  const key = keys.byId(keyId);
  if (!key || !(Number.parseInt(expires, 36) > nowMs)) return false;
  const expected = Buffer.from(hmac(key.form, signed(owner, expires)));
  const given = Buffer.from(mac);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function signed({ payoutId, generation }: FormOwner, expires: string): string {
  return `${payoutId}.${generation}.${expires}`;
}
