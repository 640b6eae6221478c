import { describe, expect, it } from "vitest";
import { z } from "zod";
import { canary, post, read, reasonOf, setUp } from "../../../test/support/stages/acme-client.ts";
import { Failure, Refusal } from "../../core/failure.ts";
import { reasons } from "../../core/reasons.ts";
import { parseBody, providerFailure, readReply, readRetryAfter } from "./reply.ts";

describe("answers", () => {
  it("turns a final decline into a Refusal with the provider's message", async () => {
    const { http } = await setUp([
      { status: 402, body: '{"error":{"code":"too_poor","message":"Add money."}}' },
    ]);
    const refusal = await http.send(post).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(Refusal);
    expect(refusal).toMatchObject({
      reason: "INSUFFICIENT_FUNDS",
      status: 402,
      code: "too_poor",
      message: "Add money.",
    });
  });

  it("gives exchange every reply that came, and fails only for lost ones", async () => {
    const { http } = await setUp([
      { status: 402, body: '{"a":1}' },
      { status: 500, body: "<p>" },
      { fault: "reset" },
    ]);
    expect(await http.exchange(post)).toMatchObject({ status: 402, body: { a: 1 } });
    expect(await http.exchange(post)).toMatchObject({ status: 500, body: "<p>" });
    expect(await reasonOf(http.exchange(post))).toBe("OUTCOME_UNKNOWN");
  });

  it("takes a secret out of a reply that repeats it", async () => {
    const { http, lines } = await setUp([
      { status: 401, body: `{"error":{"code":"bad_key","message":"No such key: ${canary}"}}` },
    ]);
    const refusal = (await http.send(read).catch((error: unknown) => error)) as Refusal;
    expect(refusal.message).toBe("No such key: [masked]");
    expect(lines.join()).not.toContain(canary);
  });
});

const mapped = {
  name: "acme",
  errors: { reasons: { too_poor: "INSUFFICIENT_FUNDS", key_in_use: "IDEMPOTENCY_IN_PROGRESS" } },
} as const;
const answer = { code: "", message: "", effect: "keyed" } as const;

it.each([
  [400, "PROVIDER_REJECTED_REQUEST"],
  [401, "PROVIDER_AUTHENTICATION"],
  [402, "PROVIDER_DECLINED"],
  [403, "PROVIDER_PERMISSION"],
  [404, "PROVIDER_NOT_FOUND"],
  [409, "PROVIDER_CONFLICT"],
  [422, "PROVIDER_REJECTED_REQUEST"],
  [451, "PROVIDER_REJECTED_REQUEST"],
])("takes %i for final", (status, reason) => {
  const refusal = providerFailure(mapped, { ...answer, status });
  expect(refusal).toBeInstanceOf(Refusal);
  expect(refusal).toMatchObject({ reason, status, message: `acme answered ${status}.` });
});

it.each([300, 302, 304, 408, 425, 500, 501, 502, 503, 504, 599])(
  "takes %i for an unknown outcome",
  (status) => {
    expect(providerFailure(mapped, { ...answer, status })).toMatchObject({ reason: "OUTCOME_UNKNOWN" });
    expect(providerFailure(mapped, { ...answer, status, effect: "once" })).toMatchObject({
      reason: "OUTCOME_UNKNOWN",
    });
    const read = providerFailure(mapped, { ...answer, status, effect: "read" });
    expect(read).toMatchObject({ reason: "PROVIDER_UNAVAILABLE", metadata: { connector: "acme" } });
    expect(read.message).toBe(`acme answered ${status}. ${reasons.PROVIDER_UNAVAILABLE.advice}`);
  },
);

it("takes 429 for a rate limit", () => {
  const limited = providerFailure(mapped, { ...answer, status: 429, retryAfterMs: 7 });
  expect(limited).toMatchObject({ reason: "PROVIDER_RATE_LIMITED", retryAfterMs: 7 });
  expect(providerFailure(mapped, { ...answer, status: 429 })).toMatchObject({ retryAfterMs: 1_000 });
});

it("reads the connector's table, and nothing that only looks like an entry of it", () => {
  const poor = providerFailure(mapped, { ...answer, status: 400, code: "too_poor", message: "Add money." });
  expect(poor).toMatchObject({ reason: "INSUFFICIENT_FUNDS", code: "too_poor", message: "Add money." });
  expect(providerFailure(mapped, { ...answer, status: 400, code: "constructor" })).toMatchObject({
    reason: "PROVIDER_REJECTED_REQUEST",
  });
});

it("is not final for a code that means in progress", () => {
  const failure = providerFailure(mapped, { ...answer, status: 409, code: "key_in_use" });
  expect(failure).toBeInstanceOf(Failure);
  expect(failure).toMatchObject({ reason: "OUTCOME_UNKNOWN" });
});

it("cuts a message that is too long", () => {
  expect(
    providerFailure(mapped, { ...answer, status: 400, message: "x".repeat(5_000) }).message,
  ).toHaveLength(1_000);
});

const shape = z.object({ id: z.string(), status: z.string().nullish() });
const reply = { status: 200, headers: {}, text: "", connector: "acme", effect: "keyed" } as const;

describe("readReply", () => {
  it("reads what it needs and drops the rest", () => {
    expect(readReply({ ...reply, body: { id: "x", status: null, more: 1 } }, shape)).toEqual({
      id: "x",
      status: null,
    });
  });

  it("says that the outcome is unknown if a 2xx cannot be read, without its values", () => {
    const read = () => readReply({ ...reply, body: { id: 4711 } }, shape);
    expect(read).toThrow(expect.objectContaining({ reason: "OUTCOME_UNKNOWN" }));
    expect(read).toThrow(
      /^acme answered 200 with a reply that cannot be read \(id\); whether the request had an effect is unknown/,
    );
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
