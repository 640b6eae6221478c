import { describe, expect, it } from "vitest";
import { PayoutStatus } from "../../../src/connector/contract.ts";
import { aClaim, money } from "../../support/service/in-process.ts";
import {
  byKey,
  byLookup,
  closed,
  describeClaims,
  failed,
  good,
  idOf,
  other,
  paid,
} from "../../support/stages/claim-stage.ts";

describeClaims((stage) => {
  describe("after a payment that failed", () => {
    it("pays by another account, once, and by no form from before", async () => {
      const payout = await stage.link();
      expect(await stage.links.claim(payout, aClaim(closed))).toMatchObject(failed);
      const [first] = await stage.ledger.listPaymentAttempts(payout.scope, payout.id);
      expect(first).toMatchObject({ reason: "RECIPIENT_ACCOUNT_CLOSED" });
      expect(await stage.links.claim(payout, aClaim(good, 1))).toMatchObject(failed);
      expect(await stage.links.claim(payout, aClaim(good, 3))).toMatchObject(failed);
      expect(stage.provider.madeFor(payout.id)).toEqual([]);
      const ends = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          stage.links.claim(payout, aClaim(`00011122${index + 1000}`, 2)),
        ),
      );
      for (const end of ends) expect(end).toMatchObject(paid);
      expect(stage.provider.madeFor(payout.id)).toHaveLength(1);
      for (const entry of [1, 2, 3])
        expect(await stage.links.claim(payout, aClaim(good, entry))).toMatchObject(paid);
      expect(stage.provider.madeFor(payout.id)).toHaveLength(1);
      const keys = stage.provider.requests
        .filter(({ body }) => body.ref === payout.id)
        .map(({ headers }) => headers["idempotency-key"]);
      expect(new Set(keys).size).toBe(2);
    });

    it("is asked anew once, when nothing could be sent, and by a new form only", async () => {
      const payout = await stage.link();
      await stage.links.claim(payout, aClaim(closed));
      stage.provider.setFunds(0);
      const short = { kind: "not sent", payout: { link: { claimRound: 2, state: "ACTIVE" } } };
      expect(await stage.links.claim(payout, aClaim(good, 2))).toMatchObject(short);
      stage.provider.heal();
      const old = await stage.links.claim(payout, aClaim(good, 1));
      expect(old).toMatchObject({
        kind: "taken",
        payout: { status: PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA },
      });
      expect(stage.provider.madeFor(payout.id)).toEqual([]);
      expect(await stage.links.claim(payout, aClaim(good, 2))).toMatchObject(paid);
    });

    it("is not asked any more when the link's time is over, and the credentials go", async () => {
      const payout = await stage.link(byKey, { expires_in: "60s" });
      await stage.links.claim(payout, aClaim(closed));
      expect(await stage.ledger.findCredentials(payout.id)).toBeDefined();
      const later = await stage.open();
      later.advanceMs(61_000);
      expect(await later.links.claim(payout, aClaim(good, 2))).toMatchObject(failed);
      await later.close();
      expect(stage.provider.madeFor(payout.id)).toEqual([]);
      expect(await stage.payout(idOf(payout))).toMatchObject({ link: { state: "EXPIRED" } });
      expect(await stage.ledger.findCredentials(payout.id)).toBeUndefined();
    });

    it("hears of the old failure without failing again", async () => {
      const payout = await stage.link(byLookup);
      stage.provider.setStatus("under_way");
      expect(await stage.links.claim(payout, aClaim(good))).toMatchObject({
        payout: { status: PayoutStatus.PENDING },
      });
      stage.provider.setStatus("failed");
      expect(await stage.links.refresh(payout)).toMatchObject({ status: PayoutStatus.FAILED });
      stage.provider.setFunds(0);
      await stage.links.claim(payout, aClaim(other, 2));
      const asking = { status: PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA, link: { claimRound: 2 } };
      expect(await stage.links.refresh(payout)).toMatchObject(asking);
      const got = await stage.call("get", { merchant_payout_id: idOf(payout) }, byLookup);
      expect(got.reply).toMatchObject({ payout_status: "REQUIRES_PAYOUT_METHOD_DATA" });
      stage.provider.heal();
      expect(await stage.links.claim(payout, aClaim(other, 2))).toMatchObject(paid);
      expect(stage.provider.madeFor(payout.id)).toMatchObject([{ to: good }, { to: other }]);
    });
  });

  describe("of the sandbox", () => {
    const sandbox = { "x-connector": "sandbox" };
    const failing = "000000002004";

    it("that fails later is asked for anew, and paid", async () => {
      const payout = await stage.link(sandbox);
      expect(await stage.links.claim(payout, aClaim(failing))).toMatchObject({
        kind: "taken",
        payout: { status: PayoutStatus.PENDING },
      });
      const later = await stage.open();
      later.advanceMs(10_000);
      expect(await later.links.refresh(payout)).toMatchObject({ status: PayoutStatus.FAILED });
      expect(await later.ledger.listPaymentAttempts(payout.scope, payout.id)).toMatchObject([
        { reason: "RECIPIENT_ACCOUNT_CLOSED", payoutStatus: PayoutStatus.FAILED },
      ]);
      expect(await later.links.claim(payout, aClaim(good, 2))).toMatchObject(paid);
      await later.close();
    });

    it("that fails later can be cancelled", async () => {
      const payout = await stage.link(sandbox);
      await stage.links.claim(payout, aClaim(failing));
      const later = await stage.open();
      later.advanceMs(10_000);
      await later.links.refresh(payout);
      const cancelled = { status: PayoutStatus.CANCELLED, link: { state: "CANCELLED" } };
      expect(await later.links.cancel(payout.scope, payout.id)).toMatchObject(cancelled);
      await later.close();
    });

    it("is found out about when sent again", async () => {
      const payout = await stage.link(sandbox);
      expect(await stage.links.claim(payout, aClaim("000000005001"))).toMatchObject({ kind: "unknown" });
      expect(await stage.links.claim(payout, aClaim(good))).toMatchObject({ kind: "different" });
      expect(await stage.links.claim(payout, aClaim("000000005001"))).toMatchObject(paid);
    });

    it("waits for Transfer where fulfilment is manual", async () => {
      const payout = await stage.link(sandbox, { fulfilment: "FULFILMENT_MANUAL" });
      expect(await stage.links.claim(payout, aClaim(good))).toMatchObject({
        payout: { status: PayoutStatus.REQUIRES_FULFILLMENT },
      });
      const told = await stage.call("transfer", { merchant_payout_id: idOf(payout), ...money }, sandbox);
      expect(told.reply).toMatchObject({ payout_status: "SUCCESS" });
    });
  });
});
