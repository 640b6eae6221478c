import { describe, expect, it } from "vitest";
import { PayoutStatus } from "../../../src/connector/contract.ts";
import { aClaim, money } from "../../support/service/in-process.ts";
import {
  account,
  byKey,
  closed,
  describeClaims,
  good,
  idOf,
  other,
  paid,
} from "../../support/stages/claim-stage.ts";

describeClaims((stage) => {
  describe("and the caller", () => {
    it("cannot pay what the recipient has claimed", async () => {
      const payout = await stage.link();
      await stage.links.claim(payout, aClaim(good));
      expect(await stage.transfer(payout, account(good))).toMatchObject({
        reason: "PAYOUT_STATE",
        message: expect.stringContaining("the recipient has claimed it"),
      });
      const lost = await stage.link();
      stage.provider.spoil("POST /transfers", "reset", "after");
      await stage.links.claim(lost, aClaim(good));
      expect(await stage.transfer(lost)).toMatchObject({ reason: "PAYOUT_STATE" });
      const voided = await stage.call("void", { merchant_payout_id: idOf(lost) }, byKey);
      expect(voided.reason).toMatch(/IDEMPOTENCY_IN_PROGRESS|UNSUPPORTED_OPERATION/);
      expect(stage.provider.madeFor(lost.id)).toHaveLength(1);
    });

    it("pays a link instead of its recipient, and each entry once", async () => {
      const payout = await stage.link();
      const refused = await stage.transfer(payout, account(closed));
      expect(refused.reply).toMatchObject({ payout_status: "FAILED" });
      // Until the recipient is asked anew, a repeat is a repeat.
      expect(await stage.transfer(payout, account(closed))).toMatchObject({
        reply: refused.reply,
        isReplay: true,
      });
      expect(await stage.transfer(payout, account(good))).toMatchObject({
        reason: "MERCHANT_PAYOUT_ID_EXISTS",
      });
      stage.provider.setFunds(0);
      await stage.links.claim(payout, aClaim(good, 2));
      stage.provider.heal();
      const second = await stage.transfer(payout, account(other));
      expect(second).toMatchObject({ reply: { payout_status: "SUCCESS" }, isReplay: false });
      expect(await stage.transfer(payout, account(other))).toMatchObject({
        reply: second.reply,
        isReplay: true,
      });
      expect(await stage.links.claim(payout, aClaim(good, 2))).toMatchObject(paid);
      expect(stage.provider.madeFor(payout.id)).toMatchObject([{ to: other }]);
    });

    it("never pays another entry by the choice of an id", async () => {
      const one = await stage.link();
      const two = await stage.call(
        "createLink",
        { merchant_payout_id: `entry 2 merchant:${idOf(one)}`, ...money },
        byKey,
      );
      expect(two.reply).toBeDefined();
      await stage.links.claim(one, aClaim(closed));
      expect(await stage.links.claim(one, aClaim(good, 2))).toMatchObject(paid);
      const twin = await stage.payout(`entry 2 merchant:${idOf(one)}`);
      expect(await stage.links.claim(twin, aClaim(good))).toMatchObject(paid);
      expect(stage.provider.madeFor(twin.id)).toHaveLength(1);
    });

    it("or the recipient pays, and never both", async () => {
      for (let round = 0; round < 10; round++) {
        const payout = await stage.link();
        const all = [
          stage.links.claim(payout, aClaim(good)),
          stage.transfer(payout, account(other)),
          stage.links.cancel(payout.scope, payout.id).catch((error: unknown) => error),
          stage.links.refresh(payout),
          stage.links.claim(payout, aClaim(other)),
        ];
        await Promise.all(round % 2 ? all : all.reverse());
        const { status } = await stage.payout(idOf(payout));
        const made = stage.provider.madeFor(payout.id).length;
        expect([PayoutStatus.SUCCESS, PayoutStatus.CANCELLED]).toContain(status);
        expect(made).toBe(status === PayoutStatus.SUCCESS ? 1 : 0);
      }
    });
  });

  describe("with manual fulfilment", () => {
    const manual = { fulfilment: "FULFILMENT_MANUAL" };
    const ready = {
      kind: "taken",
      payout: { status: PayoutStatus.REQUIRES_FULFILLMENT, link: { state: "CLAIMED" } },
    };

    it("is registered, and paid by Transfer", async () => {
      const payout = await stage.link(byKey, manual);
      expect(await stage.links.claim(payout, aClaim(closed))).toMatchObject({
        kind: "not sent",
        failure: { reason: "RECIPIENT_ACCOUNT_CLOSED" },
      });
      expect(await stage.links.claim(payout, aClaim(closed))).toMatchObject({ kind: "not sent" });
      expect(await stage.links.claim(payout, aClaim(good))).toMatchObject(ready);
      expect(await stage.links.claim(payout, aClaim(other))).toMatchObject(ready);
      expect(await stage.links.refresh(payout)).toMatchObject(ready.payout);
      expect(stage.provider.madeFor(payout.id)).toEqual([]);
      expect((await stage.transfer(payout)).reply).toMatchObject({ payout_status: "SUCCESS" });
      expect(stage.provider.madeFor(payout.id)).toMatchObject([{ to: `account_${good}` }]);
    });

    it("is registered once, however many come at once", async () => {
      const payout = await stage.link(byKey, manual);
      const claims = Array.from({ length: 30 }, (_, index) => aClaim(`00011122${index + 1000}`));
      const ends = await Promise.all(claims.map((each) => stage.links.claim(payout, each)));
      for (const end of ends) expect(end).toMatchObject(ready);
      const sent = stage.provider.requests.filter(
        ({ request, body }) => request === "POST /accounts" && body.ref === payout.id,
      );
      expect(sent).toHaveLength(1);
    });

    it("is found out about as payments are", async () => {
      const payout = await stage.link(byKey, manual);
      stage.provider.spoil("POST /accounts", "reset", "after");
      expect(await stage.links.claim(payout, aClaim(good))).toMatchObject({ kind: "unknown" });
      expect(await stage.links.claim(payout, aClaim(other))).toMatchObject({ kind: "different" });
      stage.provider.heal();
      expect(await stage.links.claim(payout, aClaim(good))).toMatchObject(ready);
    });
  });

  describe("whose link the caller closes", () => {
    it("pays nothing, and keeps it from being closed once it has paid", async () => {
      const payout = await stage.link();
      for (let round = 0; round < 2; round++) {
        const cancelled = await stage.links.cancel(payout.scope, payout.id);
        expect(cancelled).toMatchObject({ status: PayoutStatus.CANCELLED, link: { state: "CANCELLED" } });
      }
      expect(await stage.ledger.findCredentials(payout.id)).toBeUndefined();
      expect(await stage.links.claim(payout, aClaim(good))).toMatchObject({
        payout: { status: PayoutStatus.CANCELLED },
      });
      const second = await stage.link();
      await stage.links.claim(second, aClaim(good));
      await expect(stage.links.cancel(second.scope, second.id)).rejects.toMatchObject({
        reason: "PAYOUT_STATE",
      });
      for (const scope of [
        { ...second.scope, merchantId: "other" },
        { ...second.scope, tenantId: "other" },
      ])
        await expect(stage.links.cancel(scope, second.id)).rejects.toMatchObject({
          reason: "PAYOUT_NOT_FOUND",
        });
    });

    it("may have failed before, but not be in doubt", async () => {
      const payout = await stage.link();
      await stage.links.claim(payout, aClaim(closed));
      expect(await stage.links.cancel(payout.scope, payout.id)).toMatchObject({
        status: PayoutStatus.CANCELLED,
      });
      const lost = await stage.link();
      stage.provider.spoil("POST /transfers", "reset", "after");
      await stage.links.claim(lost, aClaim(good));
      await expect(stage.links.cancel(lost.scope, lost.id)).rejects.toMatchObject({ reason: "PAYOUT_STATE" });
    });
  });
});
