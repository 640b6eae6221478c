import { describe, expect, it } from "vitest";
import { Failure } from "../../core/failure.ts";
import { reasons } from "../../core/reasons.ts";
import { en } from "../i18n/messages/en.ts";
import { failureMessage, noticeFor } from "./failure-message.ts";

describe("why a payment failed", () => {
  it.each([
    ["RECIPIENT_ACCOUNT_CLOSED", en.reasons.closed],
    ["RECIPIENT_DECLINED", en.reasons.declined],
    ["PAYMENT_RETURNED", en.reasons.returned],
    ["INSUFFICIENT_FUNDS", en.reasons.sender],
    ["PROVIDER_AUTHENTICATION", en.reasons.sender],
    ["BLOCKED", en.reasons.sender],
    ["constructor", en.reasons.sender],
    [undefined, en.reasons.sender],
  ])("%s is told as %s", (reason, messages) => {
    expect(failureMessage(en, reason)).toBe(messages);
  });
});

describe("a call that was not made", () => {
  it("is told so for every reason, and never says what concerns the sender alone", () => {
    const told = Object.keys(reasons).map((reason) => [reason, noticeFor(new Failure(reason as never, ""))]);
    expect(Object.fromEntries(told)).toMatchObject({
      PROVIDER_UNAVAILABLE: "again",
      CONNECTOR_BUSY: "again",
      INVALID_DATA_FORMAT: "details",
      INSUFFICIENT_FUNDS: "sender",
      PROVIDER_AUTHENTICATION: "sender",
      PROVIDER_PERMISSION: "sender",
    });
    for (const [, notice] of told) expect(["again", "details", "sender"]).toContain(notice);
  });
});
