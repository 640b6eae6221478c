import { describe, expect, it } from "vitest";
import { aLink, anIntent, done, scope } from "../../../test/support/stores/ledger-facts.ts";
import { onEveryEngine } from "../../../test/support/stores/ledgers.ts";
import type { NewPayout, Payout } from "../../core/payout.ts";
import type { StoredLinkState } from "../../core/status.ts";
import { PayoutEnums_PayoutStatus as Status } from "../../gen/types/payout_pb.ts";
import type { Ledger } from "../ledger.ts";
import { CODE_LOCK_MS } from "./links.ts";

const durable = { durable: true };
const link = () => aLink({ expiresAtMs: 1e9 });

onEveryEngine((fixture) => {
  /** A link that waits for its recipient. */
  async function waiting(given: Partial<NewPayout> = {}): Promise<Payout> {
    const { attempt, payout } = await fixture.opened({}, { link: link(), ...given });
    await fixture.ledger.complete(attempt.id, done({ status: Status.REQUIRES_PAYOUT_METHOD_DATA }), durable);
    return current(payout.id);
  }

  async function current(id: string): Promise<Payout> {
    const payout = await fixture.ledger.findPayout(scope, { id });
    if (!payout) throw new Error(`There is no payout ${id}.`);
    return payout;
  }

  /** A link whose payment has failed. */
  async function failed(linkState: StoredLinkState = "CLAIMED", expiresAtMs = 1e9): Promise<Payout> {
    const { id } = await waiting({ link: aLink({ expiresAtMs }) });
    return fixture.ledger.applyUpdate(id, { status: Status.FAILED, linkState });
  }

  /** Runs the same thing a hundred times at once, in turn on each of two ledgers on one database. */
  async function hundredTimes<T>(run: (ledger: Ledger) => Promise<T>): Promise<T[]> {
    const other = await fixture.second();
    return Promise.all(
      Array.from({ length: 100 }, (_, index) => run(index % 2 === 0 ? fixture.ledger : other)),
    );
  }

  describe("reopenLink", () => {
    it("asks for details once more after a payment failed", async () => {
      const payout = await failed();
      fixture.clock.ms += 1;
      const again = await fixture.ledger.reopenLink(payout.id, payout.version);
      expect(again).toEqual({
        ...payout,
        status: Status.REQUIRES_PAYOUT_METHOD_DATA,
        link: { ...payout.link, state: "ACTIVE", claimRound: 2 },
        updatedAtMs: fixture.clock.ms,
        version: payout.version + 1,
      });
      expect(await current(payout.id)).toEqual(again);
      expect((await fixture.eventsOf(payout.id)).at(-1)).toEqual([
        Status.FAILED,
        Status.REQUIRES_PAYOUT_METHOD_DATA,
      ]);
    });

    it("happens once, however many ask at once", async () => {
      const payout = await failed();
      const results = await hundredTimes((ledger) => ledger.reopenLink(payout.id, payout.version));
      expect(new Set(results.map((each) => each.version))).toEqual(new Set([payout.version + 1]));
      expect((await current(payout.id)).link?.claimRound).toBe(2);
      expect(await fixture.eventsOf(payout.id)).toHaveLength(3);
    });

    it.each(["COMPLETED", "EXPIRED", "CANCELLED"] as const)(
      "leaves a link that is %s as it is: it has no credentials any more",
      async (state) => {
        const payout = await failed(state);
        expect(await fixture.ledger.reopenLink(payout.id, payout.version)).toEqual(payout);
      },
    );

    it("leaves alone what has not failed, has changed since, or has run out", async () => {
      const unpaid = await waiting();
      expect(await fixture.ledger.reopenLink(unpaid.id, unpaid.version)).toEqual(unpaid);
      const stale = await failed();
      expect(await fixture.ledger.reopenLink(stale.id, stale.version - 1)).toEqual(stale);
      const over = await failed("CLAIMED", fixture.clock.ms);
      expect(await fixture.ledger.reopenLink(over.id, over.version)).toEqual(over);
      await expect(fixture.ledger.reopenLink("nobody", 1)).rejects.toThrow(/no payout nobody/);
    });

    it("waits for what nobody knows yet", async () => {
      const payout = await failed();
      const on = { id: payout.id, version: payout.version };
      const { attemptId } = anIntent();
      await fixture.ledger.open(anIntent({ attemptId, operation: "transfer", payout: on }));
      expect(await fixture.ledger.reopenLink(payout.id, payout.version)).toEqual(payout);
      await fixture.ledger.complete(attemptId, done(), durable);
      expect((await fixture.ledger.reopenLink(payout.id, payout.version)).link?.claimRound).toBe(2);
    });
  });

  describe("a link's times", () => {
    it("are those of its first visit, its last claim, and its payment", async () => {
      const { id } = await waiting();
      fixture.clock.ms += 1;
      await fixture.ledger.markOpened(id);
      const openedAtMs = fixture.clock.ms;
      fixture.clock.ms += 1;
      await fixture.ledger.markOpened(id);
      await fixture.ledger.applyUpdate(id, { status: Status.PENDING, linkState: "CLAIMED" });
      const claimedAtMs = fixture.clock.ms;
      fixture.clock.ms += 1;
      await fixture.ledger.applyUpdate(id, { status: Status.SUCCESS, linkState: "COMPLETED" });
      const completedAtMs = fixture.clock.ms;
      fixture.clock.ms += 1;
      await fixture.ledger.applyUpdate(id, { status: Status.REVERSED, linkState: "COMPLETED" });
      expect((await current(id)).link).toMatchObject({ openedAtMs, claimedAtMs, completedAtMs });
    });

    it("stay when more is heard of the same state", async () => {
      const { id } = await waiting();
      const claimed = await fixture.ledger.applyUpdate(id, { status: Status.PENDING, linkState: "CLAIMED" });
      fixture.clock.ms += 1;
      const again = await fixture.ledger.applyUpdate(id, { linkState: "CLAIMED", linkExpiresAtMs: 2e9 });
      expect(again.link).toEqual({ ...claimed.link, expiresAtMs: 2e9 });
    });

    it("include the claim, where payment follows at once", async () => {
      const { id } = await waiting();
      const { link } = await fixture.ledger.applyUpdate(id, {
        status: Status.SUCCESS,
        linkState: "COMPLETED",
      });
      expect(link).toMatchObject({ claimedAtMs: fixture.clock.ms, completedAtMs: fixture.clock.ms });
    });

    it("do not make a payout another one: a visit is no change", async () => {
      const before = await waiting();
      await fixture.ledger.markOpened(before.id);
      expect((await current(before.id)).version).toBe(before.version);
    });
  });

  describe("credentials", () => {
    const kept = new Uint8Array([9, 8, 7]);

    it("are found while the link lives, and come with nothing else", async () => {
      const payout = await waiting({ link: { ...link(), credentials: kept } });
      expect(await fixture.ledger.findCredentials(payout.id)).toEqual(kept);
      expect(Object.values(payout.link ?? {})).not.toContainEqual(kept);
      const found = await fixture.ledger.findLinkById(scope, payout.id);
      expect(Object.values(found?.payout.link ?? {})).not.toContainEqual(kept);
      await fixture.ledger.applyUpdate(payout.id, { status: Status.PENDING, linkState: "CLAIMED" });
      expect(await fixture.ledger.findCredentials(payout.id)).toEqual(kept);
    });

    it.each([
      ["COMPLETED", Status.SUCCESS],
      ["EXPIRED", Status.EXPIRED],
      ["CANCELLED", Status.CANCELLED],
    ] as const)("are erased with the change that brings a link to %s", async (linkState, status) => {
      const change = { status, linkState };
      const observed = await waiting();
      await fixture.ledger.applyUpdate(observed.id, change);
      const completed = await fixture.opened({}, { link: link() });
      await fixture.ledger.complete(completed.attempt.id, done(change), durable);
      const on = await waiting();
      const voiding = anIntent({ operation: "void", payout: { id: on.id, version: on.version } });
      await fixture.ledger.record(voiding, done(change));
      const intent = anIntent({ payout: { create: { ...(await newPayout()), link: link() } } });
      const made = await fixture.ledger.record(intent, done(change));
      const madeId = "payout" in made ? made.payout?.id : undefined;
      for (const id of [observed.id, completed.payout.id, on.id, madeId ?? "none"]) {
        expect(await fixture.ledger.findCredentials(id)).toBeUndefined();
        const rows = await fixture.rows(`select link_credentials from payout where id = '${id}'`);
        expect(rows).toEqual([{ link_credentials: null }]);
      }
    });

    const newPayout = async () => {
      const { payout } = anIntent();
      if (!payout || !("create" in payout)) throw new Error("An intent makes a payout.");
      return payout.create;
    };
  });

  describe("tries at a claim code", () => {
    it("are five, then none for a quarter of an hour, then five", async () => {
      const { id } = await waiting();
      const tries = async (count: number) => {
        const results = [];
        for (let index = 0; index < count; index++) results.push(await fixture.ledger.takeCodeGuess(id));
        return results.map(({ isAllowed }) => isAllowed);
      };
      expect(await tries(7)).toEqual([true, true, true, true, true, false, false]);
      const lockedUntilMs = fixture.clock.ms + CODE_LOCK_MS;
      expect(await fixture.ledger.takeCodeGuess(id)).toEqual({ isAllowed: false, lockedUntilMs });
      fixture.clock.ms = lockedUntilMs - 1;
      expect(await tries(1)).toEqual([false]);
      fixture.clock.ms = lockedUntilMs;
      expect(await tries(6)).toEqual([true, true, true, true, true, false]);
    });

    it("are five, however many ask at once", async () => {
      const { id } = await waiting();
      const results = await hundredTimes((ledger) => ledger.takeCodeGuess(id));
      expect(results.filter(({ isAllowed }) => isAllowed)).toHaveLength(5);
    });

    it("are given back after the right code, even the last", async () => {
      const { id } = await waiting();
      for (let index = 0; index < 5; index++) await fixture.ledger.takeCodeGuess(id);
      await fixture.ledger.resetCodeGuesses(id);
      expect(await fixture.ledger.takeCodeGuess(id)).toEqual({ isAllowed: true, lockedUntilMs: 0 });
    });

    it("leave the payout as it is, and what has no link has none", async () => {
      const before = await waiting();
      await fixture.ledger.takeCodeGuess(before.id);
      expect(await current(before.id)).toEqual(before);
      const { payout } = await fixture.opened();
      expect((await fixture.ledger.takeCodeGuess(payout.id)).isAllowed).toBe(false);
    });
  });

  describe("a token that is replaced", () => {
    it("leads nowhere, and the new one to the link", async () => {
      const { id, link } = await waiting();
      const token = { tokenHash: `new ${id}`, keyId: "key-9", generation: 4 };
      const replaced = await fixture.ledger.replaceToken(scope, id, token);
      expect(replaced?.payout.link).toEqual({ ...link, ...token });
      expect(await fixture.ledger.findLink(token.tokenHash)).toEqual(replaced);
      expect(await fixture.ledger.findLink(link?.tokenHash ?? "")).toBeUndefined();
    });

    it("is replaced by the next one only, and only by its merchant", async () => {
      const { id, version } = await waiting();
      const token = { tokenHash: `other ${id}`, keyId: "key-9", generation: 4 };
      const others = { ...scope, merchantId: "others" };
      expect(await fixture.ledger.replaceToken(others, id, token)).toBeUndefined();
      expect(await fixture.ledger.replaceToken(scope, id, { ...token, generation: 5 })).toBeUndefined();
      expect((await current(id)).version).toBe(version);
      const results = await hundredTimes((ledger) =>
        ledger.replaceToken(scope, id, { ...token, tokenHash: crypto.randomUUID() }),
      );
      expect(results.filter(Boolean)).toHaveLength(1);
    });
  });

  describe("a claim", () => {
    const claim = ({ id, version }: Payout, nowEndsMs: number) => {
      fixture.clock.ms = nowEndsMs;
      return anIntent({ operation: "transfer", payout: { id, version }, beforeLinkEnds: true });
    };

    it("is opened until the link runs out, and not then", async () => {
      const endsMs = fixture.clock.ms + 10;
      const [early, late] = await Promise.all([
        waiting({ link: aLink({ expiresAtMs: endsMs }) }),
        waiting({ link: aLink({ expiresAtMs: endsMs }) }),
      ]);
      expect((await fixture.ledger.open(claim(early, endsMs - 1))).kind).toBe("opened");
      expect(await fixture.ledger.open(claim(late, endsMs))).toEqual({ kind: "changed" });
      expect(await fixture.ledger.record(claim(late, endsMs), done())).toEqual({ kind: "changed" });
      expect((await fixture.ledger.open({ ...claim(late, endsMs), beforeLinkEnds: false })).kind).toBe(
        "opened",
      );
    });
  });

  it("a link that is released takes its metadata keys along", async () => {
    const { attempt, payout } = await fixture.opened({}, { link: aLink({ metadataKeys: ["a", "b"] }) });
    const keys = `select key from link_metadata_key where payout_id = '${payout.id}'`;
    expect(await fixture.rows(keys)).toHaveLength(2);
    expect(await fixture.ledger.release(attempt.id)).toBe(true);
    expect(await fixture.rows(keys)).toEqual([]);
  });
});
