import { describe, expect, it } from "vitest";
import { anIntent, aPayout, done, scope } from "../../../test/support/stores/ledger-facts.ts";
import { onEveryEngine } from "../../../test/support/stores/ledgers.ts";
import { PayoutEnums_PayoutStatus as Status } from "../../gen/types/payout_pb.ts";

onEveryEngine((fixture) => {
  describe("findPayout", () => {
    it("finds by each id", async () => {
      const { payout } = await fixture.opened({}, { connectorPayoutId: "po_found" });
      const { id, merchantPayoutId, connector } = payout;
      const find = fixture.ledger.findPayout;
      expect(await find(scope, { id })).toEqual(payout);
      expect(await find(scope, { merchantPayoutId })).toEqual(payout);
      expect(await find(scope, { connector, connectorPayoutId: "po_found" })).toEqual(payout);
      expect(await find(scope, { connector: "other", connectorPayoutId: "po_found" })).toBeUndefined();
      expect(await find(scope, { connectorPayoutId: "po_found" })).toBeUndefined();
      expect(await find(scope, { id: "nobody", merchantPayoutId: "nobody" })).toBeUndefined();
      expect(await find(scope, {})).toBeUndefined();
    });

    it("takes the merchant's id first, then ours", async () => {
      const { payout: first } = await fixture.opened();
      const { payout: second } = await fixture.opened({}, { connectorPayoutId: "po_second" });
      const { payout: nameless } = await fixture.opened({}, { merchantPayoutId: undefined });
      const find = fixture.ledger.findPayout;
      const byConnector = { connector: "sandbox", connectorPayoutId: "po_second" };
      const { merchantPayoutId } = first;
      expect(await find(scope, { merchantPayoutId, id: second.id, ...byConnector })).toEqual(first);
      expect(await find(scope, { id: first.id, ...byConnector })).toEqual(first);
      expect(await find(scope, { id: "nobody", ...byConnector })).toEqual(second);
      expect(await find(scope, { merchantPayoutId: "nobody", id: nameless.id })).toEqual(nameless);
    });

    it("never goes by another id to a payout that the merchant calls otherwise", async () => {
      const { payout } = await fixture.opened({}, { connectorPayoutId: "po_other" });
      const ids = { id: payout.id, connector: payout.connector, connectorPayoutId: "po_other" };
      expect(await fixture.ledger.findPayout(scope, { ...ids, merchantPayoutId: "typo" })).toBeUndefined();
    });

    it("still finds by the ids that the provider's present one has replaced", async () => {
      const { attempt, payout } = await fixture.opened({}, { connectorPayoutId: "acct_made" });
      const { connector } = payout;
      const find = (connectorPayoutId: string) =>
        fixture.ledger.findPayout(scope, { connector, connectorPayoutId });
      await fixture.ledger.applyUpdate(payout.id, { connectorPayoutId: "acct_opened" });
      const change = { status: Status.SUCCESS, connectorPayoutId: "obp_paid" };
      await fixture.ledger.complete(attempt.id, done(change), { durable: true });
      const late = { status: Status.PENDING, connectorPayoutId: "acct_late" };
      const stands = await fixture.ledger.applyUpdate(payout.id, late);
      expect(stands.connectorPayoutId).toBe("obp_paid");
      for (const id of ["acct_made", "acct_opened", "obp_paid", "acct_late"])
        expect([id, await find(id)]).toEqual([id, stands]);
      const foreign = { ...scope, merchantId: "another" };
      const ids = { connector, connectorPayoutId: "acct_made" };
      expect(await fixture.ledger.findPayout(foreign, ids)).toBeUndefined();
      expect(await fixture.ledger.findPayout(scope, { ...ids, connector: "other" })).toBeUndefined();
    });

    it("still finds by the id that an operation's own outcome replaced", async () => {
      const create = aPayout({ connectorPayoutId: "acct_recorded" });
      await fixture.ledger.record(
        anIntent({ payout: { create } }),
        done({ connectorPayoutId: "obp_recorded" }),
      );
      const ids = { connector: create.connector, connectorPayoutId: "acct_recorded" };
      expect(await fixture.ledger.findPayout(scope, ids)).toMatchObject({
        id: create.id,
        connectorPayoutId: "obp_recorded",
      });
    });

    it("takes the payout that has an id now before those that had it", async () => {
      const { payout: present } = await fixture.opened({}, { connectorPayoutId: "acct_shared" });
      const { payout: former } = await fixture.opened(
        { startedAtMs: 1_500 },
        { connectorPayoutId: "acct_shared" },
      );
      await fixture.ledger.applyUpdate(former.id, { connectorPayoutId: "obp_former" });
      const ids = { connector: present.connector, connectorPayoutId: "acct_shared" };
      expect(await fixture.ledger.findPayout(scope, ids)).toEqual(present);
    });

    it("takes the newest where a provider used an id twice", async () => {
      await fixture.opened({}, { connectorPayoutId: "po_twice" });
      const newer = { startedAtMs: 1_001 };
      const { payout } = await fixture.opened(newer, { connectorPayoutId: "po_twice" });
      await fixture.opened({}, { connectorPayoutId: "po_twice" });
      const ids = { connector: payout.connector, connectorPayoutId: "po_twice" };
      expect(await fixture.ledger.findPayout(scope, ids)).toEqual(payout);
    });
  });

  describe.each([
    ["tenant", { ...scope, tenantId: "another" }],
    ["merchant", { ...scope, merchantId: "another" }],
    ["pair that reads the same", { tenantId: "tenantmerchant", merchantId: "" }],
  ])("a foreign %s", (_, foreign) => {
    it("finds nothing, and may use the same names for its own", async () => {
      const idempotencyKey = { key: `same key ${foreign.tenantId}`, expiresAtMs: 1e9 };
      const { intent, payout } = await fixture.opened({ idempotencyKey }, { connectorPayoutId: "po_own" });
      const { id, merchantPayoutId, connector } = payout;
      const find = fixture.ledger.findPayout;
      expect(await find(foreign, { id })).toBeUndefined();
      expect(await find(foreign, { merchantPayoutId })).toBeUndefined();
      expect(await find(foreign, { connector, connectorPayoutId: "po_own" })).toBeUndefined();
      const query = {
        operation: intent.operation,
        dedupeKey: intent.dedupeKey,
        idempotencyKey: idempotencyKey.key,
      };
      expect(await fixture.ledger.findAttempt({ ...query, scope: foreign })).toBeUndefined();

      const same = { scope: foreign, dedupeKey: intent.dedupeKey, idempotencyKey };
      const own = await fixture.opened({ ...same }, { merchantPayoutId });
      expect(own.payout.scope).toEqual(foreign);
      expect((await find(scope, { merchantPayoutId }))?.id).toBe(id);
      expect((await find(foreign, { merchantPayoutId }))?.id).toBe(own.payout.id);
    });
  });

  it("answers a ping, and nothing once it is closed", async () => {
    const ledger = await fixture.second();
    await ledger.ping();
    const underWay = ledger.ping();
    await ledger.close();
    await underWay;
    await ledger.close();
    await expect(ledger.ping()).rejects.toThrow(/closed/);
  });
});
