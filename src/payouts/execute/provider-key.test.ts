import { expect, it } from "vitest";
import type { Intent } from "../../ledger/ledger.ts";
import { providerKey } from "./provider-key.ts";

const intent: Intent = {
  scope: { tenantId: "tenant", merchantId: "merchant" },
  attemptId: "attempt-1",
  operation: "transfer",
  dedupeKey: "merchant:order-1",
  requestHash: "",
  fieldHashes: {},
  startedAtMs: 1,
  lease: { owner: "process", untilMs: 2 },
  payout: undefined,
};

it("gives the provider one key for one thing that is asked, whichever attempt and process asks", () => {
  const again = { ...intent, attemptId: "attempt-2", startedAtMs: 3, lease: { owner: "other", untilMs: 4 } };
  expect(providerKey(intent)).toMatch(/^[0-9a-f]{64}$/);
  expect(providerKey(again)).toBe(providerKey(intent));
});

it.each<[string, Partial<Intent>]>([
  ["tenant", { scope: { tenantId: "other", merchantId: "merchant" } }],
  ["merchant", { scope: { tenantId: "tenant", merchantId: "other" } }],
  ["operation", { operation: "create" }],
  ["payout", { dedupeKey: "merchant:order-2" }],
  ["share of the names", { scope: { tenantId: "tenantm", merchantId: "erchant" } }],
])("gives another %s another key", (_name, other) => {
  expect(providerKey({ ...intent, ...other })).not.toBe(providerKey(intent));
});
