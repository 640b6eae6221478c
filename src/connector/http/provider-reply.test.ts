import { describe, expect, it } from "vitest";
import { z } from "zod";
import { parseBody, readReply, readRetryAfter } from "./provider-reply.ts";

const shape = z.object({ id: z.string(), status: z.string().nullish() });
const reply = { status: 200, headers: {}, text: "", connector: "acme", effect: "keyed" } as const;

describe("readReply", () => {
  it("reads what it needs and drops the rest", () => {
    expect(readReply({ ...reply, body: { id: "x", status: null, more: 1 } }, shape)).toEqual({
      id: "x",
      status: null,
    });
  });

  it("says that nobody knows when a yes cannot be read, without its values", () => {
    const read = () => readReply({ ...reply, body: { id: 4711 } }, shape);
    expect(read).toThrow(expect.objectContaining({ reason: "OUTCOME_UNKNOWN" }));
    expect(read).toThrow(/^acme answered 200 with a reply that cannot be read \(id\); nobody knows/);
    expect(read).not.toThrow(/4711/);
    expect(() => readReply({ ...reply, body: "", effect: "read" }, shape)).toThrow(
      expect.objectContaining({ reason: "PROVIDER_UNAVAILABLE" }),
    );
  });
});

it.each<[string, string | undefined, unknown, boolean]>([
  ['{"a":1}', "application/json; charset=utf-8", { a: 1 }, true],
  ['{"a":1}', "application/problem+json", { a: 1 }, true],
  ["7", "application/json", 7, true],
  ['{"a":1}', undefined, { a: 1 }, true],
  ["<html>", "text/html", "<html>", true],
  ["{not json", "text/plain", "{not json", true],
  ["", "application/json", "", true],
  ["{", "application/json", "{", false],
])("parses %j of type %s", (text, type, body, readable) => {
  expect(parseBody(text, type)).toEqual({ body, readable });
});

it.each<[string | undefined, number | undefined]>([
  ["0", 0],
  ["1.5", 1_500],
  ["Thu, 01 Jan 1970 00:00:12 GMT", 2_000],
  ["Thu, 01 Jan 1970 00:00:01 GMT", 0],
  ["-1", undefined],
  ["soon", undefined],
  ["", undefined],
  [undefined, undefined],
])("reads retry-after %j", (header, expected) => {
  expect(readRetryAfter(header, 10_000)).toBe(expected);
});
