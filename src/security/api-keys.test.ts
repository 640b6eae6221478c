import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { callerOfKey, newApiKey, parseApiKeys } from "./api-keys.ts";

const hashOf = (key: string) => createHash("sha256").update(key).digest("hex");

describe("a new key", () => {
  it("is let in by its entry, as whom it was made for", () => {
    const acme = newApiKey("acme/shop");
    const any = newApiKey("*/*");
    expect(acme.key).toMatch(/^sluice_[\w-]{43}$/);
    expect(acme.entry).not.toContain(acme.key);
    const keys = parseApiKeys(` ${acme.entry} ,\n${any.entry}`);
    expect(callerOfKey(keys, acme.key)).toEqual({
      name: `key ${hashOf(acme.key).slice(0, 8)}`,
      tenantId: "acme",
      merchantId: "shop",
    });
    expect(callerOfKey(keys, any.key)).toMatchObject({ tenantId: "*", merchantId: "*" });
  });

  it("is never the same twice", () => {
    expect(newApiKey("a/b").key).not.toBe(newApiKey("a/b").key);
  });

  it.each(["", "acme", "acme/", "/shop", "a,b/c", "a/b/c", "a b/c", `${"a".repeat(129)}/b`])(
    "is not made for %j",
    (owner) => {
      expect(() => newApiKey(owner)).toThrow(/<tenant>\/<merchant>/);
    },
  );
});

it("nothing but the whole key is let in", () => {
  const { key, entry } = newApiKey("acme/shop");
  const keys = parseApiKeys(entry);
  for (const sent of ["", key.slice(0, -1), `${key}x`, key.toUpperCase(), hashOf(key), entry]) {
    expect(callerOfKey(keys, sent)).toBeUndefined();
  }
  expect(callerOfKey([], key)).toBeUndefined();
});

describe("npm run api-key", () => {
  const command = fileURLToPath(new URL("./api-key-command.ts", import.meta.url));
  const run = (...owner: string[]) =>
    spawnSync(process.execPath, [command, ...owner], { encoding: "utf8", timeout: 20_000 });

  it.each([
    [["acme/*"], { tenantId: "acme", merchantId: "*" }],
    [[], { tenantId: "public", merchantId: "DefaultMerchantId" }],
  ])("prints a key and its entry for %j", (owner, caller) => {
    const { stdout, status } = run(...owner);
    const [key = "", entry = ""] = stdout.split("\n").flatMap((line) => /^ {2}(\S+)$/.exec(line)?.[1] ?? []);
    expect(callerOfKey(parseApiKeys(entry), key)).toMatchObject(caller);
    expect(status).toBe(0);
  });

  it("says what to write instead of what it cannot use", () => {
    const { stderr, stdout, status } = run("acme");
    expect([stdout, status]).toEqual(["", 1]);
    expect(stderr).toContain("<tenant>/<merchant>");
  });
});

describe("entries", () => {
  const good = `${hashOf("a")}:acme/shop`;

  it("may be none", () => {
    expect(parseApiKeys(" ")).toEqual([]);
  });

  it.each([
    ["sluice_canary:acme/shop", 1],
    [`${good},sluice_canary`, 2],
    [`${good},`, 2],
    [`${hashOf("b")}canary:acme/shop`, 1],
    [`${hashOf("b").slice(1)}:canary/shop`, 1],
    [`${hashOf("b")}:canary`, 1],
    [`${hashOf("b")}:canary/shop/more`, 1],
    [`${hashOf("b")}:canary/`, 1],
  ])("that are wrong are told by number, and never repeated: %j", (text, number) => {
    expect(() => parseApiKeys(text)).toThrow(
      new RegExp(`^has an entry, number ${number}, .*npm run api-key`),
    );
    expect(() => parseApiKeys(text)).not.toThrow(/canary/);
  });

  it("of one key are not two", () => {
    const again = `${hashOf("a").toUpperCase()}:globex/*`;
    expect(() => parseApiKeys(`${good},${again}`)).toThrow(/same key twice/);
  });
});
