import { expect, it } from "vitest";
import { aLink } from "../../../test/support/stores/ledger-facts.ts";
import type { Link } from "../../core/payout.ts";
import { paymentIdentity } from "./identity.ts";

const link = (entry: number): Link => ({
  ...aLink(),
  state: "ACTIVE",
  claimRound: entry,
  openedAtMs: undefined,
  claimedAtMs: undefined,
  completedAtMs: undefined,
  hosted: undefined,
});
const payout = (merchantPayoutId: string | undefined, entry?: number) => ({
  merchantPayoutId,
  id: "payout-1",
  link: entry === undefined ? undefined : link(entry),
});

it("is one for each entry of a link, and as ever for the first", () => {
  expect(paymentIdentity(payout("order-1"))).toBe("merchant:order-1");
  expect(paymentIdentity(payout("order-1", 1))).toBe("merchant:order-1");
  expect(paymentIdentity(payout(undefined, 1))).toBe("payout:payout-1");
  const all = [1, 2, 3, 21].map((entry) => paymentIdentity(payout("order-1", entry)));
  expect(new Set(all).size).toBe(4);
});

it.each(["order-1#2", "entry 2 merchant:order-1", "2", "order-1 2"])(
  "is never that of another payout, even one called %s",
  (name) => {
    const others = [1, 2, 3].map((entry) => paymentIdentity(payout(name, entry)));
    for (const entry of [1, 2, 3]) expect(others).not.toContain(paymentIdentity(payout("order-1", entry)));
  },
);
