import { describe, expect, it } from "vitest";
import { PayoutEnums_PayoutStatus as Status } from "../../src/gen/types/payout_pb.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { aLink, anIntent, aPayout, done, scope } from "../support/stores/ledger-facts.ts";
import { onEveryEngine } from "../support/stores/ledgers.ts";

onEveryEngine((fixture) => {
  /** Runs the same thing fifty times at once, in turn on each of two ledgers on one database. */
  async function fiftyTimes<T>(run: (ledger: Ledger, index: number) => Promise<T>): Promise<T[]> {
    const other = await fixture.second();
    return Promise.all(
      Array.from({ length: 50 }, (_, index) => run(index % 2 === 0 ? fixture.ledger : other, index)),
    );
  }

  describe("fifty at once", () => {
    it.each(["identity", "key", "both"])("open one attempt of one %s", async (by) => {
      const { dedupeKey } = anIntent();
      const idempotencyKey = { key: dedupeKey, expiresAtMs: 1e9 };
      const results = await fiftyTimes((ledger) =>
        ledger.open(
          anIntent({
            ...(by === "key" ? {} : { dedupeKey }),
            ...(by === "identity" ? {} : { idempotencyKey }),
          }),
        ),
      );
      const opened = results.filter(({ kind }) => kind === "opened");
      expect(opened).toHaveLength(1);
      const attempts = results.map((result) => ("attempt" in result ? result.attempt.id : result.kind));
      expect(new Set(attempts).size).toBe(1);
      const [payoutId] = opened.map((result) => "payout" in result && result.payout?.id);
      const made = await fixture.rows(`select id from attempt where payout_id = '${payoutId}'`);
      expect(made).toHaveLength(1);
    });

    it("make one payout of one merchant_payout_id, and leave no other behind", async () => {
      const { merchantPayoutId } = aPayout();
      const idempotencyKey = (index: number) => ({ key: `${merchantPayoutId} ${index}`, expiresAtMs: 1e9 });
      const results = await fiftyTimes((ledger, index) =>
        ledger.open(
          anIntent({
            payout: { create: aPayout({ merchantPayoutId, status: Status.PENDING }) },
            idempotencyKey: idempotencyKey(index),
          }),
        ),
      );
      const kinds = results.map(({ kind }) => kind).sort();
      expect(kinds).toEqual([...Array(49).fill("changed"), "opened"]);
      const made = await fixture.rows(
        `select payout.id from payout join event on event.payout_id = payout.id join attempt on attempt.payout_id = payout.id
          where merchant_payout_id = '${merchantPayoutId}'`,
      );
      expect(made).toHaveLength(1);
      const keys = await fixture.rows(
        `select key from idempotency_key where key like '${merchantPayoutId} %'`,
      );
      expect(keys).toHaveLength(1);
    });

    it.each(["open", "record"] as const)(
      "%s different operations on one payout one after the other: never two of them not done",
      async (unit) => {
        const { attempt, payout } = await fixture.opened();
        await fixture.ledger.complete(attempt.id, done(), { durable: true });
        const on = { id: payout.id, version: payout.version };
        const results = await fiftyTimes((ledger, index) => {
          const intent = anIntent({ operation: `operation ${index}`, payout: on });
          return unit === "open" ? ledger.open(intent) : ledger.record(intent, { state: "UNKNOWN" });
        });
        const opened = results.filter(({ kind }) => kind === "opened");
        expect(opened).toHaveLength(1);
        const winner = opened.map((result) => "attempt" in result && result.attempt.id);
        const busy = results.filter((result) => result.kind === "busy").map((result) => result.attempt.id);
        expect(busy).toEqual(Array(49).fill(winner[0]));
        const unsettled = `select id from attempt where payout_id = '${payout.id}' and state <> 'DONE'`;
        expect(await fixture.rows(unsettled)).toHaveLength(1);
      },
    );

    it("record different operations on one payout: once it has changed, none begins on what it was", async () => {
      const { attempt, payout } = await fixture.opened();
      await fixture.ledger.complete(attempt.id, done(), { durable: true });
      const on = { id: payout.id, version: payout.version };
      const results = await fiftyTimes((ledger, index) => {
        const intent = anIntent({ operation: `operation ${index}`, payout: on });
        return ledger.record(intent, done({ status: Status.PENDING }));
      });
      expect(results.map(({ kind }) => kind).sort()).toEqual([...Array(49).fill("changed"), "opened"]);
      expect(await fixture.eventsOf(payout.id)).toEqual([[0, Status.PENDING]]);
    });

    it("open one identity on one payout: the others find it, and none is told that the payout is busy", async () => {
      const { attempt, payout } = await fixture.opened();
      await fixture.ledger.complete(attempt.id, done(), { durable: true });
      const { dedupeKey } = anIntent();
      const on = { id: payout.id, version: payout.version };
      const results = await fiftyTimes((ledger) =>
        ledger.open(anIntent({ operation: "transfer", dedupeKey, payout: on })),
      );
      expect(results.map(({ kind }) => kind).sort()).toEqual([...Array(49).fill("existing"), "opened"]);
    });

    it("give a key that has expired to one attempt", async () => {
      const key = anIntent().dedupeKey;
      await fixture.opened({ idempotencyKey: { key, expiresAtMs: fixture.clock.ms } });
      const results = await fiftyTimes((ledger) =>
        ledger.open(anIntent({ idempotencyKey: { key, expiresAtMs: 1e9 } })),
      );
      expect(results.map(({ kind }) => kind).sort()).toEqual([...Array(49).fill("existing"), "opened"]);
    });

    it("take an attempt over once", async () => {
      const { attempt } = await fixture.opened({ lease: { owner: "gone", untilMs: fixture.clock.ms } });
      const taken = await fiftyTimes((ledger, index) =>
        ledger.takeOver(attempt.id, { owner: `taker ${index}`, untilMs: 90_000 }),
      );
      expect(taken.filter(Boolean)).toHaveLength(1);
    });

    it("settle an attempt once, with one event", async () => {
      const { attempt, payout } = await fixture.opened();
      const settled = await fiftyTimes((ledger, index) =>
        ledger.complete(attempt.id, done({ status: index % 3 === 0 ? Status.PENDING : Status.INITIATED }), {
          durable: index % 2 === 0,
        }),
      );
      expect(new Set(settled.map(({ state }) => state))).toEqual(new Set(["DONE"]));
      expect(await fixture.eventsOf(payout.id)).toHaveLength(1);
    });

    it("observe one payout, each change with its event and its version", async () => {
      const { payout } = await fixture.opened();
      const news = [Status.INITIATED, Status.PENDING, Status.SUCCESS, Status.REVERSED];
      await fiftyTimes((ledger, index) => ledger.applyUpdate(payout.id, { status: news[index % 4] ?? 0 }));
      const events = await fixture.eventsOf(payout.id);
      expect((await fixture.ledger.findPayout(scope, payout))?.version).toBe(events.length + 1);
      expect(events.map(([from]) => from)).toEqual([0, ...events.slice(0, -1).map(([, to]) => to)]);
      expect(events.at(-1)?.[1]).toBe(Status.REVERSED);
    });

    it("observe different facts of one payout, and keep all of them", async () => {
      const { payout } = await fixture.opened({}, { link: aLink() });
      const facts = [
        { connectorPayoutId: "po_kept" },
        { linkState: "CLAIMED" },
        { status: Status.PENDING },
      ] as const;
      await fiftyTimes((ledger, index) => ledger.applyUpdate(payout.id, facts[index % 3] ?? {}));
      expect(await fixture.ledger.findPayout(scope, { id: payout.id })).toMatchObject({
        connectorPayoutId: "po_kept",
        link: { state: "CLAIMED" },
        status: Status.PENDING,
        version: 4,
      });
    });

    it("share a commit without sharing an error: what fails leaves nothing behind, the rest stays", async () => {
      const { attempt } = await fixture.opened();
      const intents = Array.from({ length: 50 }, (_, index) =>
        anIntent({ payout: { create: aPayout() }, ...(index % 10 === 5 && { attemptId: attempt.id }) }),
      );
      const results = await Promise.allSettled(intents.map((intent) => fixture.ledger.open(intent)));
      expect(results.map(({ status }) => status)).toEqual(
        intents.map(({ attemptId }) => (attemptId === attempt.id ? "rejected" : "fulfilled")),
      );
      for (const { attemptId, payout } of intents) {
        const id = payout && "create" in payout ? payout.create.id : "";
        const found = await fixture.ledger.findPayout(scope, { id });
        expect(found === undefined).toBe(attemptId === attempt.id);
      }
    });

    it("open and release one identity without error or remainder", async () => {
      const { dedupeKey } = anIntent();
      const create = aPayout();
      const idempotencyKey = { key: dedupeKey, expiresAtMs: 1e9 };
      await fiftyTimes(async (ledger) => {
        const result = await ledger.open(
          anIntent({ dedupeKey, idempotencyKey, payout: { create: aPayout(create) } }),
        );
        if (result.kind === "opened") await ledger.release(result.attempt.id);
      });
      expect(await fixture.ledger.findPayout(scope, { id: create.id })).toBeUndefined();
      const query = { scope, operation: "createLink", dedupeKey, idempotencyKey: dedupeKey };
      expect(await fixture.ledger.findAttempt(query)).toBeUndefined();
    });
  });
});
