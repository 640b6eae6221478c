import { describe, expect, it } from "vitest";
import { linkStateAt } from "../../src/core/link-state.ts";
import { type LinkState, payoutStatus, type StoredLinkState } from "../../src/core/status.ts";
import { aLink, anIntent, aPayout, done, scope } from "../support/stores/ledger-facts.ts";
import { onEveryEngine } from "../support/stores/ledgers.ts";

const stored: readonly StoredLinkState[] = ["ACTIVE", "CLAIMED", "COMPLETED", "EXPIRED", "CANCELLED"];
const shown: readonly LinkState[] = ["ACTIVE", "CLAIMED", "COMPLETED", "RETURNED", "EXPIRED", "CANCELLED"];
const everything = {
  scope,
  connector: undefined,
  merchantPayoutIdPrefix: undefined,
  createdFromMs: undefined,
  createdBeforeMs: undefined,
  metadataKey: undefined,
  after: undefined,
  limit: 500,
} as const;

onEveryEngine((fixture) => {
  describe("a list of links by state", () => {
    it("finds each link by the state that it shows, and by no other", async () => {
      const { ledger } = fixture;
      const nowMs = fixture.clock.ms;
      for (const status of Object.values(payoutStatus))
        for (const linkState of stored)
          for (const hosted of [undefined, new Uint8Array([1])])
            for (const expiresAtMs of [nowMs, nowMs + 3_600_000]) {
              const create = aPayout({ link: aLink({ expiresAtMs }) });
              const change = { status, linkState, ...(hosted && { linkHosted: hosted }) };
              await ledger.record(anIntent({ payout: { create } }), done(change));
            }
      const { links: all } = await ledger.listLinks({ ...everything, states: [] });
      expect(all).toHaveLength(Object.keys(payoutStatus).length * stored.length * 4);
      for (const state of shown) {
        const { links } = await ledger.listLinks({ ...everything, states: [state] });
        const expected = all.filter(({ payout }) => linkStateAt(payout, nowMs) === state);
        const idsOf = (list: typeof all) => list.map(({ payout }) => payout.id);
        expect(idsOf(links)).toEqual(idsOf(expected));
        expect(links.length).toBeGreaterThan(0);
      }
    });
  });
});
