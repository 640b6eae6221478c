import { describe, expect, it } from "vitest";
import { aLink, anIntent, done, reply, scope } from "../../../test/support/stores/ledger-facts.ts";
import { onEveryEngine } from "../../../test/support/stores/ledgers.ts";
import { PayoutEnums_PayoutStatus as Status } from "../../gen/types/payout_pb.ts";

const durable = { durable: true };
const unknown = { state: "UNKNOWN" } as const;

onEveryEngine((fixture) => {
  describe("complete", () => {
    it.each([true, false])("writes the reply and the payout's change (durable: %s)", async (isDurable) => {
      const { attempt, payout } = await fixture.opened({}, { link: aLink() });
      const change = { status: Status.PENDING, connectorPayoutId: "po_3", linkState: "CLAIMED" } as const;
      fixture.clock.ms += 1;
      const completed = await fixture.ledger.complete(attempt.id, done(change), { durable: isDurable });
      expect(completed).toEqual({
        ...attempt,
        state: "DONE",
        reply,
        lease: { owner: "one", untilMs: fixture.clock.ms },
      });
      expect(await fixture.ledger.findPayout(scope, { id: payout.id })).toEqual({
        ...payout,
        status: Status.PENDING,
        connectorPayoutId: "po_3",
        link: { ...payout.link, state: "CLAIMED", claimedAtMs: fixture.clock.ms },
        updatedAtMs: fixture.clock.ms,
        version: 2,
      });
      expect(await fixture.eventsOf(payout.id)).toEqual([[0, Status.PENDING]]);
    });

    it("happens once: a second outcome changes nothing, and is told the first", async () => {
      const { attempt, payout } = await fixture.opened();
      const first = await fixture.ledger.complete(attempt.id, done({ status: Status.PENDING }), durable);
      const other = { state: "DONE", reply: new Uint8Array(), change: { status: Status.FAILED } } as const;
      expect(await fixture.ledger.complete(attempt.id, other, durable)).toEqual(first);
      expect(await fixture.ledger.complete(attempt.id, unknown, durable)).toEqual(first);
      expect(await fixture.eventsOf(payout.id)).toEqual([[0, Status.PENDING]]);
    });

    it("lets an unknown outcome become known", async () => {
      const { attempt } = await fixture.opened();
      expect(await fixture.ledger.complete(attempt.id, unknown, durable)).toMatchObject({
        state: "UNKNOWN",
        reply: undefined,
      });
      expect(await fixture.ledger.complete(attempt.id, done(), durable)).toMatchObject({
        state: "DONE",
        reply,
      });
    });

    it("leaves out what an earlier try than the last has to say", async () => {
      const { attempt } = await fixture.opened({ lease: { owner: "one", untilMs: fixture.clock.ms } });
      const lease = { owner: "two", untilMs: 90_000 };
      const second = await fixture.ledger.takeOver(attempt.id, lease);
      expect(await fixture.ledger.complete(attempt.id, unknown, { durable: true, sendCount: 1 })).toEqual(
        second,
      );
      const completed = await fixture.ledger.complete(attempt.id, unknown, { durable: true, sendCount: 2 });
      expect(completed.state).toBe("UNKNOWN");
    });

    it("lets an attempt that was begun after a failure bring the payout back, and no other", async () => {
      const { attempt: early, payout } = await fixture.opened();
      const { version } = await fixture.ledger.applyUpdate(payout.id, { status: Status.FAILED });
      await fixture.ledger.complete(early.id, done({ status: Status.PENDING }), durable);
      expect((await fixture.ledger.findPayout(scope, payout))?.status).toBe(Status.FAILED);
      const late = anIntent({ operation: "transfer", payout: { id: payout.id, version } });
      expect(await fixture.ledger.open(late)).toMatchObject({ kind: "opened" });
      await fixture.ledger.complete(late.attemptId, done({ status: Status.PENDING }), durable);
      expect((await fixture.ledger.findPayout(scope, payout))?.status).toBe(Status.PENDING);
      expect(await fixture.eventsOf(payout.id)).toEqual([
        [0, Status.FAILED],
        [Status.FAILED, Status.PENDING],
      ]);
    });

    it("rejects an attempt that is not there", async () => {
      await expect(fixture.ledger.complete("nobody", done(), durable)).rejects.toThrow(/no attempt nobody/);
    });
  });

  describe("applyUpdate", () => {
    it.each(["create", "transfer", "enrollDisburseAccount"])(
      "leaves it to a %s that was begun in time to say that nobody was paid",
      async (operation) => {
        const { payout } = await fixture.opened({ operation });
        for (const status of [Status.EXPIRED, Status.CANCELLED, Status.FAILED, Status.INELIGIBLE])
          expect(await fixture.ledger.applyUpdate(payout.id, { status }, payout.version)).toEqual(payout);
        const paid = { status: Status.SUCCESS };
        expect(await fixture.ledger.applyUpdate(payout.id, paid, payout.version)).toMatchObject(paid);
      },
    );

    it("writes down an end that others are about to bring about, and one that follows on what was completed", async () => {
      const voided = await fixture.opened({ operation: "void" });
      const ended = { status: Status.CANCELLED };
      expect(await fixture.ledger.applyUpdate(voided.payout.id, ended, 1)).toMatchObject(ended);
      const { attempt, payout } = await fixture.opened({ operation: "transfer" });
      await fixture.ledger.complete(attempt.id, done(), durable);
      expect(await fixture.ledger.applyUpdate(payout.id, ended, 1)).toMatchObject(ended);
    });

    it("writes one event for each change, and none for news that is none", async () => {
      const { payout } = await fixture.opened();
      const news = [
        Status.PENDING,
        Status.PENDING,
        0,
        Status.SUCCESS,
        Status.PENDING,
        Status.REVERSED,
        Status.FAILED,
      ];
      for (const status of news) await fixture.ledger.applyUpdate(payout.id, { status });
      expect(await fixture.eventsOf(payout.id)).toEqual([
        [0, Status.PENDING],
        [Status.PENDING, Status.SUCCESS],
        [Status.SUCCESS, Status.REVERSED],
      ]);
      expect(await fixture.ledger.applyUpdate(payout.id, {})).toMatchObject({
        status: Status.REVERSED,
        version: 4,
      });
    });

    it("writes nothing where the payout has changed since it was seen", async () => {
      const { payout } = await fixture.opened();
      const pending = await fixture.ledger.applyUpdate(payout.id, { status: Status.PENDING }, payout.version);
      expect(pending).toMatchObject({ status: Status.PENDING, version: payout.version + 1 });
      const stale = { status: Status.REQUIRES_FULFILLMENT, connectorPayoutId: "po_stale" };
      expect(await fixture.ledger.applyUpdate(payout.id, stale, payout.version)).toEqual(pending);
      expect(await fixture.ledger.findPayout(scope, { id: payout.id })).toEqual(pending);
      expect(await fixture.eventsOf(payout.id)).toEqual([[0, Status.PENDING]]);
      const seen = await fixture.ledger.applyUpdate(payout.id, { status: Status.SUCCESS }, pending.version);
      expect(seen.status).toBe(Status.SUCCESS);
    });

    it("takes a provider's id from late news only where there was none, and nothing else", async () => {
      const { payout } = await fixture.opened({}, { link: aLink() });
      await fixture.ledger.applyUpdate(payout.id, { status: Status.SUCCESS, linkState: "COMPLETED" });
      const late = { status: Status.PENDING, linkState: "CLAIMED" } as const;
      const first = await fixture.ledger.applyUpdate(payout.id, { ...late, connectorPayoutId: "po_early" });
      expect(first).toMatchObject({
        status: Status.SUCCESS,
        connectorPayoutId: "po_early",
        link: { state: "COMPLETED" },
      });
      expect(await fixture.ledger.applyUpdate(payout.id, { ...late, connectorPayoutId: "po_other" })).toEqual(
        first,
      );
      const better = { connectorPayoutId: "po_newer" };
      expect(await fixture.ledger.applyUpdate(payout.id, better)).toMatchObject({ ...better, version: 4 });
    });

    it("fixes amounts by whoever names them first, however late, and never again", async () => {
      const none = { amountMinor: undefined, currency: undefined, destinationCurrency: undefined };
      const { attempt, payout } = await fixture.opened({}, { ...none, status: Status.SUCCESS });
      const late = { status: Status.PENDING, amountMinor: 500n, currency: "USD" };
      const first = await fixture.ledger.applyUpdate(payout.id, late);
      const fixed = { status: Status.SUCCESS, amountMinor: 500n, currency: "USD", version: 2 };
      expect(first).toEqual({ ...payout, ...fixed });
      const others = { amountMinor: 7n, currency: "GBP", destinationCurrency: "EUR" };
      await fixture.ledger.complete(attempt.id, done(others), durable);
      expect(await fixture.ledger.findPayout(scope, { id: payout.id })).toEqual({
        ...payout,
        ...fixed,
        destinationCurrency: "EUR",
        version: 3,
      });
      expect(await fixture.eventsOf(payout.id)).toEqual([[0, Status.SUCCESS]]);
    });

    it("moves a link's expiry to the provider's, unless the news is too late", async () => {
      const { payout } = await fixture.opened({}, { link: aLink() });
      const moved = await fixture.ledger.applyUpdate(payout.id, { linkExpiresAtMs: 5_000 });
      expect(moved).toEqual({ ...payout, link: { ...payout.link, expiresAtMs: 5_000 }, version: 2 });
      expect(await fixture.ledger.findPayout(scope, { id: payout.id })).toEqual(moved);
      const ended = await fixture.ledger.applyUpdate(payout.id, { status: Status.CANCELLED });
      const late = { status: Status.PENDING, linkExpiresAtMs: 6_000 };
      expect(await fixture.ledger.applyUpdate(payout.id, late)).toEqual(ended);
    });

    it("does not give a link to a payout that has none", async () => {
      const { payout } = await fixture.opened();
      expect(
        await fixture.ledger.applyUpdate(payout.id, { linkState: "CLAIMED", linkExpiresAtMs: 1 }),
      ).toEqual(payout);
    });

    it("rejects a payout that is not there", async () => {
      await expect(fixture.ledger.applyUpdate("nobody", {})).rejects.toThrow(/no payout nobody/);
    });
  });

  describe("release", () => {
    it("forgets the attempt, its keys, and the payout that was made for it", async () => {
      const idempotencyKey = { key: "released", expiresAtMs: 1e9 };
      const { intent, attempt, payout } = await fixture.opened(
        { idempotencyKey },
        { status: Status.INITIATED },
      );
      await fixture.ledger.open(
        anIntent({ dedupeKey: intent.dedupeKey, idempotencyKey: { ...idempotencyKey, key: "too" } }),
      );
      expect(await fixture.ledger.release(attempt.id)).toBe(true);
      expect(await fixture.ledger.findPayout(scope, { id: payout.id })).toBeUndefined();
      expect(await fixture.eventsOf(payout.id)).toEqual([]);
      for (const key of ["released", "too"]) {
        const query = { scope, operation: "createLink", idempotencyKey: key, dedupeKey: intent.dedupeKey };
        expect(await fixture.ledger.findAttempt(query)).toBeUndefined();
      }
      expect(await fixture.ledger.open(intent)).toMatchObject({ kind: "opened" });
    });

    it("keeps a payout that has another attempt", async () => {
      const { attempt: first, payout } = await fixture.opened();
      await fixture.ledger.complete(first.id, done(), durable);
      const on = { id: payout.id, version: payout.version };
      const { attempt } = await fixture.opened({ operation: "transfer", payout: on });
      expect(await fixture.ledger.release(attempt.id)).toBe(true);
      expect(await fixture.ledger.findPayout(scope, { id: payout.id })).toEqual(payout);
    });

    it("keeps a payout of which something was learnt meanwhile", async () => {
      const { attempt, payout } = await fixture.opened();
      const learnt = await fixture.ledger.applyUpdate(payout.id, { status: Status.PENDING });
      expect(await fixture.ledger.release(attempt.id)).toBe(true);
      expect(await fixture.ledger.findPayout(scope, { id: payout.id })).toEqual(learnt);
    });

    it("keeps an attempt that was completed or taken over", async () => {
      const completed = await fixture.opened();
      await fixture.ledger.complete(completed.attempt.id, unknown, durable);
      expect(await fixture.ledger.release(completed.attempt.id)).toBe(false);
      const taken = await fixture.opened({ lease: { owner: "one", untilMs: fixture.clock.ms } });
      await fixture.ledger.takeOver(taken.attempt.id, { owner: "two", untilMs: 90_000 });
      expect(await fixture.ledger.release(taken.attempt.id)).toBe(false);
      expect(await fixture.ledger.findPayout(scope, { id: taken.payout.id })).toEqual(taken.payout);
      expect(await fixture.ledger.release("nobody")).toBe(false);
    });
  });

  describe("leases", () => {
    const lease = { owner: "two", untilMs: 90_000 };

    it("keep an attempt from others until they run out", async () => {
      const { attempt } = await fixture.opened({ lease: { owner: "one", untilMs: fixture.clock.ms + 1 } });
      expect(await fixture.ledger.takeOver(attempt.id, lease)).toBeUndefined();
      fixture.clock.ms += 1;
      expect(await fixture.ledger.takeOver(attempt.id, lease)).toEqual({ ...attempt, sendCount: 2, lease });
      expect(await fixture.ledger.takeOver(attempt.id, lease)).toBeUndefined();
    });

    it("end when the attempt ends unknown, and never begin again when it is done", async () => {
      const { attempt } = await fixture.opened({ lease });
      await fixture.ledger.complete(attempt.id, unknown, durable);
      expect(await fixture.ledger.takeOver(attempt.id, lease)).toMatchObject({
        state: "SENDING",
        sendCount: 2,
      });
      await fixture.ledger.complete(attempt.id, done(), durable);
      expect(await fixture.ledger.takeOver(attempt.id, lease)).toBeUndefined();
    });

    it("are renewed by their owner, for what is still being sent", async () => {
      const owner = "renewing";
      const soon = { owner, untilMs: fixture.clock.ms + 5 };
      const sending = await fixture.opened({ lease: soon });
      const ended = await fixture.opened({ lease: soon });
      const foreign = await fixture.opened({ lease: { ...soon, owner: "somebody" } });
      const longer = await fixture.opened({ lease: { owner, untilMs: 95_000 } });
      await fixture.ledger.complete(ended.attempt.id, unknown, durable);
      await fixture.ledger.renew({ owner, untilMs: 80_000 });
      const untilMs = async ({ dedupeKey }: { dedupeKey: string }) => {
        const query = { scope, operation: "createLink", idempotencyKey: undefined, dedupeKey };
        return (await fixture.ledger.findAttempt(query))?.attempt.lease.untilMs;
      };
      expect(await untilMs(sending.intent)).toBe(80_000);
      expect(await untilMs(ended.intent)).toBe(fixture.clock.ms);
      expect(await untilMs(foreign.intent)).toBe(soon.untilMs);
      expect(await untilMs(longer.intent)).toBe(95_000);
    });
  });
});
