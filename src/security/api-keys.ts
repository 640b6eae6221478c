import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { Caller } from "./caller.ts";

/** An API key of a caller, by its hash. Only the caller knows the key. */
export interface ApiKey {
  /** SHA-256 of the key. */
  readonly hash: Buffer;
  readonly caller: Caller;
}

/** A tenant and a merchant as an entry has them; a comma or a slash in either would be read as the end of it. */
const owner = /^([!-+\-.0-~]{1,128})\/([!-+\-.0-~]{1,128})$/;
const entry = /^([0-9a-fA-F]{64}):(.*)$/s;

/**
 * Reads the value of SLUICE_API_KEYS: `<SHA-256 of the key in hexadecimal>:<tenant>/<merchant>`, several separated by commas.
 *
 * @throws TypeError that says which entry is wrong and what to write; never the entry, which may be a key by mistake.
 */
export function parseApiKeys(text: string): readonly ApiKey[] {
  if (text.trim() === "") return [];
  const keys = text.split(",").map((part, index) => parseEntry(part.trim(), index + 1));
  const hashes = new Set(keys.map(({ hash }) => hash.toString("hex")));
  if (hashes.size < keys.length) throw new TypeError("has the same key twice: give each one entry");
  return keys;
}

/** The caller whose key was sent. Compares with every entry, so that the time taken reveals nothing. */
export function callerOfKey(keys: readonly ApiKey[], sent: string): Caller | undefined {
  const hash = createHash("sha256").update(sent).digest();
  let found: Caller | undefined;
  for (const key of keys) if (timingSafeEqual(key.hash, hash)) found = key.caller;
  return found;
}

/**
 * Makes a key for a `tenant/merchant`, and its entry of SLUICE_API_KEYS.
 *
 * @throws TypeError that says what to write.
 */
export function newApiKey(tenantAndMerchant: string): { readonly key: string; readonly entry: string } {
  if (!owner.test(tenantAndMerchant)) throw new TypeError(`a key is for ${ownerForm}`);
  const key = `sluice_${randomBytes(32).toString("base64url")}`;
  return { key, entry: `${createHash("sha256").update(key).digest("hex")}:${tenantAndMerchant}` };
}

const ownerForm =
  "<tenant>/<merchant>, each 1 to 128 visible ASCII characters without comma and slash, or * for any";

function parseEntry(text: string, number: number): ApiKey {
  const [, hex = "", named = ""] = entry.exec(text) ?? [];
  const [, tenantId, merchantId] = owner.exec(named) ?? [];
  if (!tenantId || !merchantId) {
    throw new TypeError(
      `has an entry, number ${number}, that cannot be read: write what \`npm run api-key\` prints, <SHA-256 of the key in hexadecimal>:${ownerForm}`,
    );
  }
  const hash = Buffer.from(hex, "hex");
  return { hash, caller: { name: `key ${hash.toString("hex").slice(0, 8)}`, tenantId, merchantId } };
}
