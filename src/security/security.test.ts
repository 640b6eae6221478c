import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { keysFromFile, linkToken, linkTokenHash, parseKeys } from "./keys.ts";
import { seal, unseal } from "./seal.ts";
import { Secret } from "./secret.ts";

const first = Buffer.alloc(32, 1).toString("base64");
const second = Buffer.alloc(32, 2).toString("base64");
const plain = new TextEncoder().encode("acct_1");

describe("sealing", () => {
  it("opens what it sealed, and nothing of it can be read", () => {
    const keys = parseKeys(first);
    const sealed = seal(keys, plain, "row 1");
    expect(Buffer.from(sealed).includes(Buffer.from(plain))).toBe(false);
    expect(Buffer.from(unseal(keys, sealed, "row 1")).toString()).toBe("acct_1");
  });

  it("does not open for another row, or with a byte changed, or with another key", () => {
    const keys = parseKeys(first);
    const sealed = seal(keys, plain, "row 1");
    expect(() => unseal(keys, sealed, "row 2")).toThrow();
    for (const position of [1, 6, 20, sealed.length - 1]) {
      const changed = Uint8Array.from(sealed);
      changed[position] = (changed[position] as number) ^ 1;
      expect(() => unseal(keys, changed, "row 1")).toThrow();
    }
    expect(() => unseal(parseKeys(second), sealed, "row 1")).toThrow(/not in SLUICE_KEY/);
  });

  it("never uses a nonce twice", () => {
    const keys = parseKeys(first);
    const nonces = Array.from({ length: 600 }, () => Buffer.from(seal(keys, plain, "row").subarray(5, 17)));
    expect(new Set(nonces.map((nonce) => nonce.toString("hex"))).size).toBe(600);
  });

  it("opens old things after rotation, and seals new ones with the new key", () => {
    const old = seal(parseKeys(first), plain, "row");
    const rotated = parseKeys(`${second},${first}`);
    expect(Buffer.from(unseal(rotated, old, "row")).toString()).toBe("acct_1");
    expect(() => unseal(parseKeys(first), seal(rotated, plain, "row"), "row")).toThrow();
  });
});

describe("keys", () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-keys-"));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("makes a file that only its owner reads, and reads it again", () => {
    const path = join(folder, "new", "sluice.key");
    const made = keysFromFile(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(keysFromFile(path).current.id).toBe(made.current.id);
    expect(parseKeys(readFileSync(path, "utf8")).current.id).toBe(made.current.id);
  });

  it.each(["", "short", `${first}x!`, Buffer.alloc(31).toString("base64")])(
    "refuses %j and says what to write",
    (text) => {
      expect(() => parseKeys(text)).toThrow(/openssl rand -base64 32/);
    },
  );
});

describe("link tokens", () => {
  it("are the same again for the same link, and different for another generation, payout or key", () => {
    const { current } = parseKeys(first);
    const token = linkToken(current, "payout", 1);
    expect(token.text).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(linkToken(current, "payout", 1)).toEqual(token);
    expect(linkTokenHash(token.text)).toBe(token.hash);
    const others = [
      linkToken(current, "payout", 2),
      linkToken(current, "payout2", 1),
      linkToken(parseKeys(second).current, "payout", 1),
    ];
    for (const other of others) expect(other.text).not.toBe(token.text);
  });
});

describe("a secret", () => {
  it("cannot be printed by accident", () => {
    const secret = new Secret("sk_test_canary_print");
    const printed = [
      String(secret),
      `${secret}`,
      JSON.stringify({ secret }),
      inspect({ secret }),
      inspect(secret, { showHidden: true }),
    ];
    for (const text of printed) expect(text).not.toContain("canary");
    expect(secret.reveal()).toBe("sk_test_canary_print");
  });
});
