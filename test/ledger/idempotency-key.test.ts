import { randomUUIDv7 } from "node:crypto";
import { describe, expect, it } from "vitest";
import { anIntent, scope } from "../support/stores/ledger-facts.ts";
import { onEveryEngine } from "../support/stores/ledgers.ts";

onEveryEngine((fixture) => {
  describe("idempotency keys", () => {
    it("decide where key and dedupeKey name different attempts", async () => {
      const first = await fixture.opened({ idempotencyKey: { key: "decides", expiresAtMs: 9_000 } });
      const second = await fixture.opened();
      const both = anIntent({
        dedupeKey: second.intent.dedupeKey,
        idempotencyKey: { key: "decides", expiresAtMs: 9_000 },
      });
      expect(await fixture.ledger.open(both)).toEqual({
        kind: "existing",
        via: "key",
        attempt: first.attempt,
        payout: first.payout,
      });
    });

    it("are forgotten when they expire, and another attempt may have them", async () => {
      const idempotencyKey = { key: "expires", expiresAtMs: fixture.clock.ms + 10 };
      const first = await fixture.opened({ idempotencyKey });
      const query = { scope, operation: "createLink", idempotencyKey: "expires", dedupeKey: undefined };
      expect((await fixture.ledger.findAttempt(query))?.attempt).toEqual(first.attempt);
      fixture.clock.ms += 10;
      expect(await fixture.ledger.findAttempt(query)).toBeUndefined();
      const second = await fixture.opened({
        idempotencyKey: { key: "expires", expiresAtMs: fixture.clock.ms + 10 },
      });
      expect((await fixture.ledger.findAttempt(query))?.attempt).toEqual(second.attempt);
    });

    it("are pruned once expired, a hundred at a time, and no others", async () => {
      const opened = async (expiresAtMs: number) =>
        fixture.opened({ idempotencyKey: { key: `to prune ${randomUUIDv7()}`, expiresAtMs } });
      const left = async () =>
        (await fixture.rows("select key from idempotency_key where key like 'to prune %'")).length;
      await fixture.rows("delete from idempotency_key");
      const soon = fixture.clock.ms + 10;
      await Promise.all([...Array(150).fill(soon), ...Array(5).fill(soon + 1)].map(opened));
      fixture.clock.ms = soon;
      await opened(1e9);
      expect(await left()).toBe(150 - 100 + 5 + 1);
      await opened(1e9);
      expect(await left()).toBe(5 + 2);
      await opened(1e9);
      expect(await left()).toBe(5 + 3);
    });

    it("are kept apart by operation, as identities are", async () => {
      const { intent } = await fixture.opened({ idempotencyKey: { key: "both", expiresAtMs: 9_000 } });
      const { dedupeKey } = intent;
      const other = await fixture.opened({
        operation: "transfer",
        dedupeKey,
        idempotencyKey: { key: "both", expiresAtMs: 9_000 },
      });
      expect(other.attempt.id).not.toBe(intent.attemptId);
    });
  });
});
