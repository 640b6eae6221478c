import { describe, expect, it } from "vitest";
import { parseKeys } from "../security/keys.ts";
import { csrfToken, isCsrfToken } from "./csrf.ts";

const one = Buffer.alloc(32, 1).toString("base64");
const two = Buffer.alloc(32, 2).toString("base64");
const keys = parseKeys(one);
const owner = { payoutId: "payout", generation: 1 };
const NOW = 1_800_000_000_000;
const HOUR_MS = 3_600_000;
const token = csrfToken(keys, owner, NOW);

describe("a form's token", () => {
  it("is good for two hours, also after the key was rotated", () => {
    expect(isCsrfToken(keys, owner, NOW, token)).toBe(true);
    expect(isCsrfToken(parseKeys(`${two},${one}`), owner, NOW + 2 * HOUR_MS - 1, token)).toBe(true);
    expect(isCsrfToken(keys, owner, NOW + 2 * HOUR_MS, token)).toBe(false);
  });

  it("is of one link, one URL of it and one server", () => {
    expect(isCsrfToken(keys, { ...owner, payoutId: "other" }, NOW, token)).toBe(false);
    expect(isCsrfToken(keys, { ...owner, generation: 2 }, NOW, token)).toBe(false);
    expect(isCsrfToken(parseKeys(two), owner, NOW, token)).toBe(false);
  });

  it("cannot be made longer, or up", () => {
    const [id, expires = "", mac] = token.split(".");
    const later = (Number.parseInt(expires, 36) + HOUR_MS).toString(36);
    for (const made of [
      `${id}.${later}.${mac}`,
      `${id}.${expires}.`,
      `${id}.${expires}`,
      "",
      undefined,
      "a.b.c",
    ])
      expect(isCsrfToken(keys, owner, NOW, made)).toBe(false);
  });
});
