import { describe, expect, it } from "vitest";
import { linkOf, type Told } from "../../support/clients/clients.ts";
import { dotsStage } from "../../support/stages/dots-stage.ts";
import { describeEngines } from "../../support/stores/engines.ts";

/** Replies that are lost, calls that come twice, and a server that has forgotten: there is one link at Dots all the same. */
describeEngines((newStore) => {
  const stage = dotsStage(newStore);
  const idOf = (told: Told) => told.reply?.connector_payout_id;

  describe("is made once", () => {
    it("by fifty calls at once", async () => {
      const links = await stage.newLinks(async () => {
        const told = await Promise.all(Array.from({ length: 50 }, () => stage.create("fifty")));
        const urls = told.filter(({ reply }) => reply).map((each) => linkOf(each).url);
        expect(urls.length).toBeGreaterThan(0);
        expect(new Set(urls).size).toBe(1);
        for (const { code } of told.filter(({ reply }) => !reply)) expect(code).toBe("ABORTED");
      });
      expect(links).toHaveLength(1);
    });

    it("by a repeat, which Dots is not asked for", async () => {
      const first = await stage.create("repeat");
      const sent = stage.sentFor("repeat").times;
      const again = await stage.create("repeat");
      expect(again.reply).toEqual(first.reply);
      expect(again.trailers["idempotent-replayed"]).toBe("true");
      expect(stage.sentFor("repeat").times).toBe(sent);
    });

    it.each([
      ["reset", "before"],
      ["reset", "after"],
      ["cut", "after"],
    ] as const)("where a connection breaks (%s) %s the effect", async (kind, when) => {
      const id = `${kind}-${when}`;
      stage.fake.inject({ kind, when, method: "POST" });
      const links = await stage.newLinks(async () => {
        expect((await stage.create(id)).reply).toMatchObject({ status_code: 200 });
      });
      expect(links).toMatchObject([{ isLive: true }]);
      expect(stage.sentFor(id)).toEqual({ keys: 1, times: 2 });
    });

    it.each([
      ["error500", "before"],
      ["error500", "after"],
      ["garbage", "after"],
    ] as const)(
      "where the answer is lost (%s) %s the effect, and the call comes again",
      async (kind, when) => {
        const id = `${kind}-${when}`;
        stage.fake.inject({ kind, when, method: "POST" });
        const links = await stage.newLinks(async () => {
          expect(await stage.create(id)).toMatchObject({ code: "UNAVAILABLE", reason: "OUTCOME_UNKNOWN" });
          expect((await stage.create(id)).reply).toMatchObject({ status_code: 200 });
        });
        expect(links).toMatchObject([{ isLive: true }]);
        expect(stage.sentFor(id)).toEqual({ keys: 1, times: 2 });
      },
    );

    it("where the server has lost its store", async () => {
      const first = await stage.create("forgotten");
      await stage.withOtherStore(async (at) => {
        const links = await stage.newLinks(async () => {
          expect(idOf(await stage.create("forgotten", { at }))).toBe(idOf(first));
        });
        expect(links).toEqual([]);
      });
    });

    it("and not for another amount, even where the server has lost its store and Dots its memory", async () => {
      const link = await stage.made("another");
      await stage.withOtherStore(async (at) => {
        const asked = { at, more: { amount: { minor_amount: "2500", currency: "USD" } } };
        const told = await stage.create("another", asked);
        expect(told.reply).toMatchObject({
          status_code: 409,
          payout_status: "PENDING",
          error: { unified_details: { code: "PAYOUT_NEEDS_REVIEW", message: expect.stringContaining(link) } },
        });
        expect(told.reply).not.toHaveProperty("payout_link");
        stage.fake.advanceMs(25 * 60 * 60 * 1000);
        const links = await stage.newLinks(async () => {
          expect((await stage.create("another", asked)).reply).toEqual(told.reply);
        });
        expect(links).toEqual([]);
      });
    });
  });

  describe("Void", () => {
    it("cancels, once and for all", async () => {
      const link = await stage.made("void");
      expect((await stage.ask("void", "void")).reply).toMatchObject({ payout_status: "CANCELLED" });
      expect(stage.fake.links().find(({ id }) => id === link)?.isLive).toBe(false);
      expect((await stage.ask("void", "void")).reply).toMatchObject({ payout_status: "CANCELLED" });
      expect(await stage.statusOf("void")).toBe("CANCELLED");
    });

    it.each(["before", "after"] as const)(
      "cancels where the connection breaks %s the effect",
      async (when) => {
        const link = await stage.made(`void-${when}`);
        stage.fake.inject({ kind: "reset", when, method: "DELETE" });
        expect((await stage.ask("void", `void-${when}`)).reply).toMatchObject({ payout_status: "CANCELLED" });
        expect(stage.fake.links().find(({ id }) => id === link)?.isLive).toBe(false);
      },
    );

    it("finds out by a repeat what became of it", async () => {
      await stage.made("void-lost");
      stage.fake.inject({ kind: "error500", when: "after", method: "DELETE" });
      expect(await stage.ask("void", "void-lost")).toMatchObject({ reason: "OUTCOME_UNKNOWN" });
      expect((await stage.ask("void", "void-lost")).reply).toMatchObject({ payout_status: "CANCELLED" });
    });

    it("says what the link is that was cancelled or ran out at Dots, and leaves it", async () => {
      const [canceled, expired] = [await stage.made("canceled-there"), await stage.made("expired-there")];
      stage.fake.setStatus(canceled, "canceled");
      stage.fake.expire(expired);
      const before = stage.deletes();
      expect((await stage.ask("void", "canceled-there")).reply).toMatchObject({ payout_status: "CANCELLED" });
      expect((await stage.ask("void", "expired-there")).reply).toMatchObject({ payout_status: "EXPIRED" });
      expect(stage.deletes()).toBe(before);
    });

    it("takes no money back that the recipient has", async () => {
      const link = await stage.made("void-claimed");
      stage.fake.claim(link);
      const before = stage.deletes();
      expect((await stage.ask("void", "void-claimed")).reply).toMatchObject({
        error: { unified_details: { code: "NOT_CANCELABLE" } },
      });
      expect(stage.deletes()).toBe(before);
      stage.fake.pay(link);
      expect(await stage.statusOf("void-claimed")).toBe("SUCCESS");
    });
  });
});
