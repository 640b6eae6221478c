import { describe, expect, it } from "vitest";
import { parseKeys } from "../security/keys.ts";
import { formToken, isFormToken } from "./form-token.ts";

const one = Buffer.alloc(32, 1).toString("base64");
const two = Buffer.alloc(32, 2).toString("base64");
const keys = parseKeys(one);
const owner = { payoutId: "payout", generation: 1 };
const NOW = 1_800_000_000_000;
const HOUR_MS = 3_600_000;
const token = formToken(keys, owner, NOW);

describe("a form's token", () => {
  it("is good for two hours, also after the key was rotated", () => {
    expect(isFormToken(keys, owner, NOW, token)).toBe(true);
    expect(isFormToken(parseKeys(`${two},${one}`), owner, NOW + 2 * HOUR_MS - 1, token)).toBe(true);
    expect(isFormToken(keys, owner, NOW + 2 * HOUR_MS, token)).toBe(false);
  });

  it("is of one link, one URL of it and one server", () => {
    expect(isFormToken(keys, { ...owner, payoutId: "other" }, NOW, token)).toBe(false);
    expect(isFormToken(keys, { ...owner, generation: 2 }, NOW, token)).toBe(false);
    expect(isFormToken(parseKeys(two), owner, NOW, token)).toBe(false);
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
      expect(isFormToken(keys, owner, NOW, made)).toBe(false);
  });
});
