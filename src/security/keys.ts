import {
  createHash,
  createHmac,
  createSecretKey,
  hash,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * One root key and the keys derived from it, each for one purpose. Key objects and not bytes: they cannot be printed, and
 * bytes would cost ten microseconds at every use to be made into one.
 */
export interface Key {
  /** Names the key wherever something made with it is stored: eight hexadecimal characters, safe to print. */
  readonly id: string;
  /** Key of AES-256-GCM. */
  readonly sealing: KeyObject;
  /** HMAC key of link tokens. */
  readonly linkToken: KeyObject;
  /** HMAC key of request hashes. */
  readonly requestHash: KeyObject;
  /** HMAC key of CSRF form tokens. */
  readonly form: KeyObject;
}

/** The keys of this server: `current` seals and signs, and earlier keys still open what they sealed. */
export interface Keys {
  readonly current: Key;
  byId(id: string): Key | undefined;
}

const KEY_BYTES = 32;

/**
 * Reads the value of SLUICE_KEY: one or more base64 keys of 32 bytes, separated by commas, the current one first.
 *
 * @throws TypeError that says what to write; never the value.
 */
export function parseKeys(text: string): Keys {
  const keys = text.split(",").map((part) => deriveKey(decodeKey(part.trim())));
  const byId = new Map(keys.map((key) => [key.id, key]));
  const current = keys[0] as Key;
  return { current, byId: (id) => byId.get(id) };
}

/** Reads the key file, or makes it with a new key. Only its owner may read it. */
export function keysFromFile(path: string): Keys {
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    try {
      writeFileSync(path, `${randomBytes(KEY_BYTES).toString("base64")}\n`, { mode: 0o600, flag: "wx" });
    } catch (error) {
      // Another process may have made the file a moment ago, and its key is as good.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
  return parseKeys(readFileSync(path, "utf8"));
}

/** HMAC-SHA256 as base64url text. */
export function hmac(key: KeyObject, data: string): string {
  return createHmac("sha256", key).update(data).digest("base64url");
}

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

function decodeKey(text: string): Buffer {
  const bytes = Buffer.from(text, "base64");
  if (bytes.length !== KEY_BYTES || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) {
    throw new TypeError("must be 32 random bytes in base64: write what `openssl rand -base64 32` prints");
  }
  return bytes;
}

function deriveKey(root: Buffer): Key {
  const derive = (purpose: string) =>
    createSecretKey(new Uint8Array(hkdfSync("sha256", root, "", `sluice ${purpose}`, KEY_BYTES)));
  return {
    id: createHash("sha256").update("sluice key id").update(root).digest("hex").slice(0, 8),
    sealing: derive("sealing"),
    linkToken: derive("link token"),
    requestHash: derive("fingerprint"),
    form: derive("form"),
  };
}
