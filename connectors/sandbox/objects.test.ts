import { describe, expect, test } from "vitest";
import { kinds, readId, writeId } from "./objects.ts";

const key = "0123456789abcdef".repeat(4);
const startedAtMs = Date.UTC(2026, 10, 20, 12);

describe("the sandbox's ids", () => {
  test.each(kinds)("of a %s say all that is known", (kind) => {
    const object = { kind, code: 2001, startedAtMs };
    expect(readId(writeId(object, key), kinds)).toEqual(object);
  });

  test("have one length, whenever they were made", () => {
    const lengths = [0, startedAtMs, Date.UTC(2059, 0)].map(
      (time) => writeId({ kind: "link", code: 0, startedAtMs: time }, key).length,
    );
    expect(new Set(lengths).size).toBe(1);
  });

  test("are refused when any character is wrong, missing or too many", () => {
    const id = writeId({ kind: "payout", code: 2001, startedAtMs }, key);
    const garbled = [...id].flatMap((character, index) => [
      id.slice(0, index) + (character === "1" ? "2" : "1") + id.slice(index + 1),
      id.slice(0, index) + id.slice(index + 1),
      `${id.slice(0, index)}0${id.slice(index)}`,
    ]);
    for (const wrong of [
      ...garbled,
      id.toUpperCase(),
      ` ${id}`,
      `${id}\n`,
      "",
      "po_1",
      "sbx_",
      "sbx_payout_2001_",
    ]) {
      if (wrong === id) continue;
      expect(() => readId(wrong, kinds), wrong).toThrow(
        expect.objectContaining({ name: "Refusal", reason: "PROVIDER_NOT_FOUND", status: 404 }),
      );
    }
  });

  test("are refused where another kind is asked for", () => {
    const id = writeId({ kind: "quote", code: 0, startedAtMs }, key);
    expect(() => readId(id, ["link", "payout"])).toThrow("The sandbox has no link or payout with this id.");
  });
});
