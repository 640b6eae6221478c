import { describe, expect, it } from "vitest";
import { aLink, anIntent, aPayout, done, reply, scope } from "../../../test/support/stores/ledger-facts.ts";
import { onEveryEngine } from "../../../test/support/stores/ledgers.ts";
import { PayoutEnums_PayoutStatus as Status } from "../../gen/types/payout_pb.ts";

onEveryEngine((fixture) => {
  const attemptsOf = async (payoutId: string) =>
    (await fixture.rows(`select id from attempt where payout_id = '${payoutId}'`)).length;

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
        fieldHashes: { 'q"uote': "ü ☃" },
        initiator: "recipient",
      });
      const result = await fixture.ledger.open(intent);
      const attempt = {
        id: intent.attemptId,
        payoutId: create.id,
        operation: "createLink",
        dedupeKey: intent.dedupeKey,
        requestHash: "requestHash",
        fieldHashes: { 'q"uote': "ü ☃" },
        initiator: "recipient",
        state: "SENDING",
        sendCount: 1,
        startedAtMs: 1_000,
        lease: intent.lease,
        reply: undefined,
      };
      const { credentials: _credentials, metadataKeys: _keys, ...shown } = link;
      const payout = {
        ...create,
        scope,
        link: {
          ...shown,
          state: "ACTIVE",
          claimRound: 1,
          openedAtMs: undefined,
          claimedAtMs: undefined,
          completedAtMs: undefined,
        },
        createdAtMs: intent.startedAtMs,
        updatedAtMs: fixture.clock.ms,
        version: 1,
      };
      expect(result).toEqual({ kind: "opened", attempt, payout });
      expect(await fixture.ledger.findPayout(scope, { id: create.id })).toEqual(payout);
      const query = { scope, operation: "createLink", dedupeKey: intent.dedupeKey };
      expect(await fixture.ledger.findAttempt({ ...query, idempotencyKey: undefined })).toEqual({
        via: "dedupeKey",
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

    it.each([
      ["a NUL", "nul \0"],
      ["half of a surrogate pair", "half \ud83d"],
    ])("refuses text with %s, before anything is written", async (_, text) => {
      const words = /cannot store text with a NUL character/;
      const merchantPayoutId = aPayout().merchantPayoutId;
      const create = aPayout({ merchantPayoutId });
      const { ledger } = fixture;
      await expect(ledger.open(anIntent({ dedupeKey: text, payout: { create } }))).rejects.toThrow(words);
      expect(await ledger.findPayout(scope, { merchantPayoutId })).toBeUndefined();
      const named = aPayout({ merchantPayoutId: text });
      await expect(ledger.record(anIntent({ payout: { create: named } }), done())).rejects.toThrow(words);
      const { payout } = await fixture.opened();
      await expect(ledger.applyUpdate(payout.id, { connectorPayoutId: text })).rejects.toThrow(words);
      await expect(ledger.findPayout(scope, { merchantPayoutId: text })).rejects.toThrow(words);
      expect(await ledger.findPayout(scope, { id: payout.id })).toEqual(payout);
      const fieldHashes = { [text]: text };
      const { attempt } = await fixture.opened({ fieldHashes });
      expect(attempt.fieldHashes).toEqual(fieldHashes);
    });

    it("opens without a payout", async () => {
      const intent = anIntent({ payout: undefined });
      expect(await fixture.ledger.open(intent)).toMatchObject({ kind: "opened", payout: undefined });
      const completed = await fixture.ledger.complete(intent.attemptId, done({ status: Status.SUCCESS }), {
        durable: true,
      });
      expect(completed).toMatchObject({ state: "DONE", payoutId: undefined, reply });
    });

    it("answers a repeat by its identity, and remembers a new key for it", async () => {
      const { intent, attempt, payout } = await fixture.opened();
      const repeat = anIntent({
        dedupeKey: intent.dedupeKey,
        idempotencyKey: { key: "late key", expiresAtMs: 9_000 },
      });
      const existing = { kind: "existing", attempt, payout };
      expect(await fixture.ledger.open(repeat)).toEqual({ ...existing, via: "dedupeKey" });
      const byKey = anIntent({ idempotencyKey: { key: "late key", expiresAtMs: 9_000 } });
      expect(await fixture.ledger.open(byKey)).toEqual({ ...existing, via: "key" });
    });

    it("answers that the payout changed, and writes nothing, where a new one's merchant_payout_id exists", async () => {
      const { payout } = await fixture.opened();
      const create = aPayout({ merchantPayoutId: payout.merchantPayoutId, status: Status.PENDING });
      const idempotencyKey = { key: "of nothing written", expiresAtMs: 9_000 };
      const intent = anIntent({ operation: "transfer", payout: { create }, idempotencyKey });
      expect(await fixture.ledger.open(intent)).toEqual({ kind: "changed" });
      expect(await fixture.ledger.record(intent, done())).toEqual({ kind: "changed" });
      const query = { scope, operation: "transfer", dedupeKey: intent.dedupeKey };
      expect(await fixture.ledger.findAttempt({ ...query, idempotencyKey: "of nothing written" })).toBe(
        undefined,
      );
      expect(await fixture.ledger.findPayout(scope, { id: create.id })).toBeUndefined();
      expect(await fixture.eventsOf(create.id)).toEqual([]);
    });

    it("attaches to a payout that is as the caller read it, and to no other", async () => {
      const { attempt, payout } = await fixture.opened();
      const read = await fixture.ledger.applyUpdate(payout.id, { status: Status.PENDING });
      await fixture.ledger.complete(attempt.id, done(), { durable: true });
      const on = (version: number) => anIntent({ operation: "transfer", payout: { id: payout.id, version } });
      expect(await fixture.ledger.open(on(payout.version))).toEqual({ kind: "changed" });
      expect(await fixture.ledger.record(on(payout.version), done())).toEqual({ kind: "changed" });
      const intent = on(read.version);
      expect(await fixture.ledger.open({ ...intent, scope: { ...scope, merchantId: "another" } })).toEqual({
        kind: "changed",
      });
      expect(await fixture.ledger.open(anIntent({ payout: { id: "nobody", version: 1 } }))).toEqual({
        kind: "changed",
      });
      expect(await attemptsOf(payout.id)).toBe(1);
      const opened = await fixture.ledger.open(intent);
      expect(opened).toMatchObject({ kind: "opened", payout: read, attempt: { payoutId: payout.id } });
    });

    it.each(["SENDING", "UNKNOWN"])(
      "begins nothing on a payout that has an attempt in %s, until that is done",
      async (state) => {
        const { attempt, payout } = await fixture.opened();
        const unknown = { state: "UNKNOWN" } as const;
        if (state === "UNKNOWN") await fixture.ledger.complete(attempt.id, unknown, { durable: true });
        const idempotencyKey = { key: `of a busy payout in ${state}`, expiresAtMs: 9_000 };
        const { id, version } = payout;
        const intent = anIntent({ operation: "transfer", payout: { id, version }, idempotencyKey });
        const busy = { kind: "busy", attempt: { ...attempt, state, lease: expect.anything() } };
        expect(await fixture.ledger.open(intent)).toEqual(busy);
        expect(await fixture.ledger.record(intent, done())).toEqual(busy);
        const query = { scope, operation: "transfer", dedupeKey: intent.dedupeKey };
        expect(
          await fixture.ledger.findAttempt({ ...query, idempotencyKey: idempotencyKey.key }),
        ).toBeUndefined();
        await fixture.ledger.complete(attempt.id, done(), { durable: true });
        expect(await fixture.ledger.open(intent)).toMatchObject({ kind: "opened", payout });
      },
    );

    it("finds an earlier attempt of the same identity or key first, whatever has become of the payout", async () => {
      const idempotencyKey = { key: "found first", expiresAtMs: 9_000 };
      const { intent, payout } = await fixture.opened({ idempotencyKey });
      const later = await fixture.ledger.applyUpdate(payout.id, { status: Status.PENDING });
      const { dedupeKey } = intent;
      const on = { payout: { id: payout.id, version: payout.version } };
      const found = { kind: "existing", payout: later };
      expect(await fixture.ledger.open(anIntent({ dedupeKey, ...on }))).toMatchObject(found);
      expect(await fixture.ledger.open(anIntent({ idempotencyKey, ...on }))).toMatchObject(found);
      const create = aPayout({ merchantPayoutId: payout.merchantPayoutId });
      expect(await fixture.ledger.open(anIntent({ dedupeKey, payout: { create } }))).toMatchObject(found);
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
      const query = {
        scope,
        operation: "createLink",
        dedupeKey: intent.dedupeKey,
        idempotencyKey: undefined,
      };
      const found = await fixture.ledger.findAttempt(query);
      expect(found?.attempt).toMatchObject({ state: "DONE", reply, lease: { untilMs: fixture.clock.ms } });
      expect(result).toEqual({ kind: "opened", attempt: found?.attempt, payout });
      expect(await fixture.eventsOf(create.id)).toEqual([[0, Status.PENDING]]);
    });

    it("changes a payout that was there before", async () => {
      const first = await fixture.opened({}, { status: Status.INITIATED, link: aLink() });
      await fixture.ledger.complete(first.attempt.id, done(), { durable: true });
      const { payout } = first;
      const intent = anIntent({ operation: "transfer", payout: { id: payout.id, version: payout.version } });
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
      expect(second).toEqual({ ...first, kind: "existing", via: "dedupeKey" });
    });

    it("leaves an unknown outcome to be taken over at once", async () => {
      const intent = anIntent();
      await fixture.ledger.record(intent, { state: "UNKNOWN" });
      const lease = { owner: "two", untilMs: 90_000 };
      expect(await fixture.ledger.takeOver(intent.attemptId, lease)).toMatchObject({ sendCount: 2, lease });
    });
  });
});
