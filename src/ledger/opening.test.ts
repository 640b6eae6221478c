import { describe, expect, it } from "vitest";
import { aLink, anIntent, aPayout, done, reply, scope } from "../../test/support/ledger-facts.ts";
import { onEveryEngine } from "../../test/support/ledgers.ts";
import { PayoutEnums_PayoutStatus as Status } from "../gen/types/payout_pb.ts";

onEveryEngine((fixture) => {
  describe("open", () => {
    it("writes down every fact, and finds it again", async () => {
      const link = aLink();
      const create = aPayout({
        connectorPayoutId: "po_1",
        status: Status.PENDING,
        link,
      });
      const intent = anIntent({
        payout: { create },
        idempotencyKey: { key: "key ü ☃", expiresAtMs: 9_000 },
        fieldPrints: { 'q"uote': "ü ☃" },
      });
      const result = await fixture.ledger.open(intent);
      const attempt = {
        id: intent.attemptId,
        payoutId: create.id,
        operation: "createLink",
        identity: intent.identity,
        fingerprint: "fingerprint",
        fieldPrints: { 'q"uote': "ü ☃" },
        state: "SENDING",
        tries: 1,
        startedAtMs: 1_000,
        lease: intent.lease,
        reply: undefined,
      };
      const payout = {
        ...create,
        scope,
        link: { ...link, state: "ACTIVE" },
        createdAtMs: 2_000,
        updatedAtMs: 2_000,
        version: 1,
      };
      expect(result).toEqual({ kind: "opened", attempt, payout });
      expect(await fixture.ledger.findPayout(scope, { id: create.id })).toEqual(payout);
      const query = { scope, operation: "createLink", identity: intent.identity };
      expect(await fixture.ledger.findAttempt({ ...query, idempotencyKey: undefined })).toEqual({
        via: "identity",
        attempt,
        payout,
      });
      expect(await fixture.ledger.findAttempt({ ...query, idempotencyKey: "key ü ☃" })).toMatchObject({
        via: "key",
      });
    });

    it.each([9_223_372_036_854_775_807n, -9_223_372_036_854_775_808n, 0n, 9_007_199_254_740_993n])(
      "keeps the amount %i to the last digit",
      async (amountMinor) => {
        const { payout } = await fixture.opened({}, { amountMinor });
        expect((await fixture.ledger.findPayout(scope, { id: payout.id }))?.amountMinor).toBe(amountMinor);
      },
    );

    it("keeps apart what is absent and what is empty", async () => {
      const bare = {
        merchantPayoutId: undefined,
        amountMinor: undefined,
        currency: undefined,
        destinationCurrency: "",
      };
      const { payout } = await fixture.opened({}, bare);
      expect(await fixture.ledger.findPayout(scope, { id: payout.id })).toMatchObject(bare);
    });

    it("opens without a payout", async () => {
      const intent = anIntent({ payout: undefined });
      expect(await fixture.ledger.open(intent)).toMatchObject({ kind: "opened", payout: undefined });
      const settled = await fixture.ledger.settle(intent.attemptId, done({ status: Status.SUCCESS }), {
        durable: true,
      });
      expect(settled).toMatchObject({ state: "DONE", payoutId: undefined, reply });
    });

    it("answers a repeat by its identity, and remembers a new key for it", async () => {
      const { intent, attempt, payout } = await fixture.opened();
      const repeat = anIntent({
        identity: intent.identity,
        idempotencyKey: { key: "late key", expiresAtMs: 9_000 },
      });
      const existing = { kind: "existing", attempt, payout };
      expect(await fixture.ledger.open(repeat)).toEqual({ ...existing, via: "identity" });
      const byKey = anIntent({ idempotencyKey: { key: "late key", expiresAtMs: 9_000 } });
      expect(await fixture.ledger.open(byKey)).toEqual({ ...existing, via: "key" });
    });

    it("lets the key decide where key and identity name different attempts", async () => {
      const first = await fixture.opened({ idempotencyKey: { key: "decides", expiresAtMs: 9_000 } });
      const second = await fixture.opened();
      const both = anIntent({
        identity: second.intent.identity,
        idempotencyKey: { key: "decides", expiresAtMs: 9_000 },
      });
      expect(await fixture.ledger.open(both)).toEqual({
        kind: "existing",
        via: "key",
        attempt: first.attempt,
        payout: first.payout,
      });
    });

    it("forgets a key when it expires, and lets another attempt have it", async () => {
      const idempotencyKey = { key: "expires", expiresAtMs: fixture.clock.ms + 10 };
      const first = await fixture.opened({ idempotencyKey });
      const query = { scope, operation: "createLink", idempotencyKey: "expires", identity: undefined };
      expect((await fixture.ledger.findAttempt(query))?.attempt).toEqual(first.attempt);
      fixture.clock.ms += 10;
      expect(await fixture.ledger.findAttempt(query)).toBeUndefined();
      const second = await fixture.opened({
        idempotencyKey: { key: "expires", expiresAtMs: fixture.clock.ms + 10 },
      });
      expect((await fixture.ledger.findAttempt(query))?.attempt).toEqual(second.attempt);
    });

    it("keeps keys and identities of different operations apart", async () => {
      const { intent } = await fixture.opened({ idempotencyKey: { key: "both", expiresAtMs: 9_000 } });
      const { identity } = intent;
      const other = await fixture.opened({
        operation: "transfer",
        identity,
        idempotencyKey: { key: "both", expiresAtMs: 9_000 },
      });
      expect(other.attempt.id).not.toBe(intent.attemptId);
    });

    it("attaches to the payout of the same merchant_payout_id, where both agree", async () => {
      const { payout } = await fixture.opened();
      const { merchantPayoutId, connector } = payout;
      const create = aPayout({ merchantPayoutId, connector, amountMinor: undefined, currency: undefined });
      const second = await fixture.ledger.open(anIntent({ operation: "transfer", payout: { create } }));
      expect(second).toMatchObject({ kind: "opened", payout, attempt: { payoutId: payout.id } });
    });

    it("names every fact in which the payout of that merchant_payout_id differs, and writes nothing", async () => {
      const { payout } = await fixture.opened();
      const create = aPayout({
        merchantPayoutId: payout.merchantPayoutId,
        connector: "other",
        amountMinor: 1_001n,
        currency: "GBP",
        destinationCurrency: "JPY",
      });
      const intent = anIntent({
        payout: { create },
        idempotencyKey: { key: "of a conflict", expiresAtMs: 9_000 },
      });
      const fields = ["connector", "amount", "currency", "destination_currency"];
      expect(await fixture.ledger.open(intent)).toEqual({ kind: "conflict", payout, fields });
      const query = { scope, operation: "createLink", identity: intent.identity };
      expect(await fixture.ledger.findAttempt({ ...query, idempotencyKey: "of a conflict" })).toBeUndefined();
      expect(await fixture.ledger.findPayout(scope, { id: create.id })).toBeUndefined();
    });

    it("attaches to a payout by id, and only to this merchant's", async () => {
      const { payout } = await fixture.opened();
      const attach = { payout: { id: payout.id }, operation: "void" };
      expect(await fixture.ledger.open(anIntent(attach))).toMatchObject({ kind: "opened", payout });
      const foreign = { ...scope, merchantId: "another" };
      await expect(fixture.ledger.open(anIntent({ ...attach, scope: foreign }))).rejects.toThrow(/no payout/);
    });

    it("writes an event for a payout that begins with a status, and none without", async () => {
      const begun = await fixture.opened({}, { status: Status.PENDING });
      expect(await fixture.eventsOf(begun.payout.id)).toEqual([[0, Status.PENDING]]);
      const blank = await fixture.opened();
      expect(await fixture.eventsOf(blank.payout.id)).toEqual([]);
    });
  });

  describe("record", () => {
    const change = { status: Status.PENDING, connectorPayoutId: "po_2", linkState: "CLAIMED" } as const;
    const stands = { status: Status.PENDING, connectorPayoutId: "po_2", link: { state: "CLAIMED" } };

    it("writes attempt, reply, payout and one event at once", async () => {
      const create = aPayout({ link: aLink() });
      const intent = anIntent({ payout: { create } });
      const result = await fixture.ledger.record(intent, done(change));
      const payout = await fixture.ledger.findPayout(scope, { id: create.id });
      expect(payout).toMatchObject({ ...stands, version: 1 });
      const query = { scope, operation: "createLink", identity: intent.identity, idempotencyKey: undefined };
      const found = await fixture.ledger.findAttempt(query);
      expect(found?.attempt).toMatchObject({ state: "DONE", reply, lease: { untilMs: fixture.clock.ms } });
      expect(result).toEqual({ kind: "opened", attempt: found?.attempt, payout });
      expect(await fixture.eventsOf(create.id)).toEqual([[0, Status.PENDING]]);
    });

    it("changes a payout that was there before", async () => {
      const { payout } = await fixture.opened({}, { status: Status.INITIATED, link: aLink() });
      const intent = anIntent({ operation: "transfer", payout: { id: payout.id } });
      const result = await fixture.ledger.record(intent, done(change));
      expect(result).toMatchObject({ kind: "opened", payout: { ...stands, version: 2 } });
      expect(await fixture.ledger.findPayout(scope, { id: payout.id })).toMatchObject(stands);
      expect(await fixture.eventsOf(payout.id)).toEqual([
        [0, Status.INITIATED],
        [Status.INITIATED, Status.PENDING],
      ]);
    });

    it("does nothing a second time", async () => {
      const intent = anIntent();
      const first = await fixture.ledger.record(intent, done(change));
      const repeat = { ...intent, attemptId: "another" };
      const second = await fixture.ledger.record(repeat, { state: "DONE", reply: new Uint8Array([9]) });
      expect(second).toEqual({ ...first, kind: "existing", via: "identity" });
    });

    it("leaves an unknown outcome to be taken over at once", async () => {
      const intent = anIntent();
      await fixture.ledger.record(intent, { state: "UNKNOWN" });
      const lease = { owner: "two", untilMs: 90_000 };
      expect(await fixture.ledger.takeOver(intent.attemptId, lease)).toMatchObject({ tries: 2, lease });
    });
  });
});
