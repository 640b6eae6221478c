import { expect, test } from "vitest";
import type { StripeContext } from "./credentials.ts";
import { readId, readTarget, requireTarget } from "./stripe-id.ts";

test.each([
  ["acct_1Nv0", { kind: "account", id: "acct_1Nv0" }],
  ["obp_test_65", { kind: "payment", id: "obp_test_65" }],
  ["poi_test_65", { kind: "intent", id: "poi_test_65" }],
  ["tr_1P", { kind: "transfer", id: "tr_1P" }],
  ["po_1P", { kind: "payout", id: "po_1P" }],
  ["acct_1/po_1P", { kind: "payout", id: "po_1P", account: "acct_1" }],
])("%s is read", (text, id) => {
  expect(readId("connector_payout_id", text)).toEqual(id);
});

test.each([
  "",
  "pi_1",
  "acct_1/tr_1",
  "acct_1/po_1/x",
  "acct_1?x=1",
  "acct_1#",
  "../acct_1",
  "ACCT_1",
  "acct_",
])("%s is not Stripe's", (text) => {
  expect(() => readId("connector_payout_id", text)).toThrow("Write an id of Stripe's");
});

const contextOf = (payout?: object) => ({ payout }) as StripeContext;

test("the core's record counts before the caller's id, and our own id is none of Stripe's", () => {
  const known = contextOf({ id: "ours", connectorPayoutId: "obp_1" });
  expect(readTarget({ connectorPayoutId: "acct_1" }, known)?.id).toBe("obp_1");
  expect(readTarget({ connectorPayoutId: "acct_1" }, contextOf())?.id).toBe("acct_1");
  expect(readTarget({ connectorPayoutId: "ours" }, contextOf({ id: "ours" }))).toBeUndefined();
  expect(() => requireTarget({}, contextOf())).toThrow("Missing required field: connector_payout_id");
});
