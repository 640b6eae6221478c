import { expect, it } from "vitest";
import { Failure, Refusal } from "../../core/failure.ts";
import { reasons } from "../../core/reasons.ts";
import { providerFailure } from "./provider-failure.ts";

const acme = {
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
])("takes %i for a final no", (status, reason) => {
  const refusal = providerFailure(acme, { ...answer, status });
  expect(refusal).toBeInstanceOf(Refusal);
  expect(refusal).toMatchObject({ reason, status, message: `acme answered ${status}.` });
});

it.each([300, 302, 304, 408, 425, 500, 501, 502, 503, 504, 599])("takes %i for no clear answer", (status) => {
  expect(providerFailure(acme, { ...answer, status })).toMatchObject({ reason: "OUTCOME_UNKNOWN" });
  expect(providerFailure(acme, { ...answer, status, effect: "once" })).toMatchObject({
    reason: "OUTCOME_UNKNOWN",
  });
  const read = providerFailure(acme, { ...answer, status, effect: "read" });
  expect(read).toMatchObject({ reason: "PROVIDER_UNAVAILABLE", metadata: { connector: "acme" } });
  expect(read.message).toBe(`acme answered ${status}. ${reasons.PROVIDER_UNAVAILABLE.advice}`);
});

it("takes 429 for come back later", () => {
  const limited = providerFailure(acme, { ...answer, status: 429, retryAfterMs: 7 });
  expect(limited).toMatchObject({ reason: "PROVIDER_RATE_LIMITED", retryAfterMs: 7 });
  expect(providerFailure(acme, { ...answer, status: 429 })).toMatchObject({ retryAfterMs: 1_000 });
});

it("reads the connector's table, and nothing that only looks like an entry of it", () => {
  const poor = providerFailure(acme, { ...answer, status: 400, code: "too_poor", message: "Add money." });
  expect(poor).toMatchObject({ reason: "INSUFFICIENT_FUNDS", code: "too_poor", message: "Add money." });
  expect(providerFailure(acme, { ...answer, status: 400, code: "constructor" })).toMatchObject({
    reason: "PROVIDER_REJECTED_REQUEST",
  });
});

it("gives no final no for a code that means not yet", () => {
  const failure = providerFailure(acme, { ...answer, status: 409, code: "key_in_use" });
  expect(failure).toBeInstanceOf(Failure);
  expect(failure).toMatchObject({ reason: "OUTCOME_UNKNOWN" });
});

it("cuts words that never end", () => {
  expect(providerFailure(acme, { ...answer, status: 400, message: "x".repeat(5_000) }).message).toHaveLength(
    1_000,
  );
});
