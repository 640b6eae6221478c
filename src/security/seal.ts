import { createCipheriv, createDecipheriv, randomFillSync } from "node:crypto";
import type { Keys } from "./keys.ts";

const VERSION = 1;
const KEY_ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + KEY_ID_BYTES + NONCE_BYTES + TAG_BYTES;

/**
 * Encrypts bytes for the database: AES-256-GCM under the current key. `context` names the owner of the bytes, such as a
 * row's id, so that bytes sealed for one row do not open for another.
 *
 * Layout: version, key id (4), nonce (12), tag (16), ciphertext.
 *
 * @example unseal(keys, seal(keys, bytes, `reply ${attempt.id}`), `reply ${attempt.id}`)
 */
export function seal(keys: Keys, plain: Uint8Array, context: string): Uint8Array {
  const key = keys.current;
  const nonce = nextNonce();
  const cipher = createCipheriv("aes-256-gcm", key.sealing, nonce);
  cipher.setAAD(Buffer.from(context));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([Buffer.of(VERSION), Buffer.from(key.id, "hex"), nonce, cipher.getAuthTag(), body]);
}

/**
 * Decrypts the result of {@link seal}.
 *
 * @throws Error when the key is not among the server's, the context differs, or a byte was changed.
 */
export function unseal(keys: Keys, sealed: Uint8Array, context: string): Uint8Array {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  if (bytes.length < HEADER_BYTES || bytes[0] !== VERSION) throw new Error("not sealed by this server");
  const keyId = bytes.subarray(1, 1 + KEY_ID_BYTES).toString("hex");
  const key = keys.byId(keyId);
  if (!key)
    throw new Error(`sealed with key ${keyId}, which is not in SLUICE_KEY: add it after the current one`);
  const nonceEnd = 1 + KEY_ID_BYTES + NONCE_BYTES;
  const decipher = createDecipheriv("aes-256-gcm", key.sealing, bytes.subarray(1 + KEY_ID_BYTES, nonceEnd));
  decipher.setAAD(Buffer.from(context));
  decipher.setAuthTag(bytes.subarray(nonceEnd, HEADER_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(HEADER_BYTES)), decipher.final()]);
}

const nonces = Buffer.alloc(256 * NONCE_BYTES);
let noncesUsed = nonces.length;

/** Twelve random bytes, good until the next call. Drawn many at a time: one draw costs as much as half of the sealing. */
function nextNonce(): Uint8Array {
  if (noncesUsed === nonces.length) {
    randomFillSync(nonces);
    noncesUsed = 0;
  }
  noncesUsed += NONCE_BYTES;
  return nonces.subarray(noncesUsed - NONCE_BYTES, noncesUsed);
}
