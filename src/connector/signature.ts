import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/**
 * HMAC-SHA256 of what was signed. The key is the secret's text, or the bytes that it stands for. With an empty key, which
 * everybody knows, it is one that nobody can make.
 */
export function hmacSha256(key: string | Uint8Array, ...signed: readonly (string | Uint8Array)[]): Buffer {
  const mac = createHmac("sha256", key.length === 0 ? nobodysKey : key);
  for (const part of signed) mac.update(part);
  return mac.digest();
}

const nobodysKey = randomBytes(32);

/** Whether a signature is the expected one, in a time that says nothing about where they differ. */
export function isSameSignature(expected: Uint8Array, given: Uint8Array): boolean {
  return expected.length === given.length && timingSafeEqual(expected, given);
}
