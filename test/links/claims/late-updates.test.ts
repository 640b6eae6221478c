import { describe, expect, it } from "vitest";
import { PayoutStatus } from "../../../src/connector/contract.ts";
import { aClaim, money } from "../../support/service/in-process.ts";
import {
  account,
  byKey,
  byLookup,
  describeClaims,
  good,
  idOf,
  other,
  paid,
} from "../../support/stages/claim-stage.ts";

describeClaims((stage) => {
  describe("that news crosses", () => {
    it("was begun in time, and no clock that is ahead ends its link meanwhile", async () => {
      const payout = await stage.link(byKey, { expires_in: "60s" });
      stage.provider.setStatus("under_way");
      const held = stage.provider.hold("POST /transfers");
      let claiming: Promise<unknown> | undefined;
      const ahead = await stage.open((ledger) => ({
        ...ledger,
        async applyUpdate(...input) {
          // Between its look for payments and its writing.
          claiming = stage.links.claim(payout, aClaim(good));
          await held;
          return ledger.applyUpdate(...input);
        },
      }));
      ahead.advanceMs(61_000);
      await ahead.links.refresh(payout);
      await ahead.close();
      (await held).answer();
      const begun = { status: PayoutStatus.PENDING, link: { state: "CLAIMED" } };
      expect(await claiming).toMatchObject({ kind: "taken", payout: begun });
      expect(await stage.payout(idOf(payout))).toMatchObject(begun);
      expect(await stage.ledger.findCredentials(payout.id)).toBeDefined();
    });

    it("is a registration begun in time, and counts", async () => {
      const payout = await stage.link(byKey, { expires_in: "60s", fulfilment: "FULFILMENT_MANUAL" });
      const held = stage.provider.hold("POST /accounts");
      const claiming = stage.links.claim(payout, aClaim(good));
      const waiting = await held;
      const ahead = await stage.open();
      ahead.advanceMs(61_000);
      await ahead.links.refresh(payout);
      await ahead.close();
      waiting.answer();
      const ready = { status: PayoutStatus.REQUIRES_FULFILLMENT, link: { state: "CLAIMED" } };
      expect(await claiming).toMatchObject({ kind: "taken", payout: ready });
    });

    it("is not failed by what is heard of the payment before it, sent or in doubt", async () => {
      const payout = await stage.link(byLookup);
      const ask = () => stage.call("get", { merchant_payout_id: idOf(payout) }, byLookup);
      stage.provider.setStatus("under_way");
      await stage.links.claim(payout, aClaim(good));
      stage.provider.setStatus("failed");
      await stage.links.refresh(payout);
      stage.provider.spoil("POST /transfers", "reset", "before");
      const held = stage.provider.hold("POST /transfers", true);
      const claiming = stage.links.claim(payout, aClaim(other, 2));
      const waiting = await held;
      expect((await ask()).reply).toMatchObject({ payout_status: "REQUIRES_PAYOUT_METHOD_DATA" });
      waiting.answer();
      expect(await claiming).toMatchObject({ kind: "unknown" });
      expect((await ask()).reply).toMatchObject({ payout_status: "PENDING" });
      expect(await stage.links.claim(payout, aClaim(other, 3))).toMatchObject({
        kind: "taken",
        payout: { status: PayoutStatus.PENDING, link: { claimRound: 2 } },
      });
      stage.provider.heal();
      expect(await stage.links.claim(payout, aClaim(other, 2))).toMatchObject(paid);
      expect(stage.provider.madeFor(payout.id)).toMatchObject([{ to: good }, { to: other }]);
    });

    it("is not sent again once the payment before it turns out to be paid", async () => {
      const payout = await stage.link(byLookup);
      stage.provider.setStatus("under_way");
      await stage.links.claim(payout, aClaim(good));
      stage.provider.setStatus("failed");
      await stage.links.refresh(payout);
      stage.provider.setFunds(0);
      await stage.links.claim(payout, aClaim(other, 2));
      stage.provider.heal();
      stage.provider.spoil("POST /transfers", "reset", "before");
      const body = { merchant_payout_id: idOf(payout), ...money, ...account(other) };
      expect(await stage.call("transfer", body, byLookup)).toMatchObject({ reason: "OUTCOME_UNKNOWN" });
      stage.provider.heal();
      const got = await stage.call("get", { merchant_payout_id: idOf(payout) }, byLookup);
      expect(got.reply).toMatchObject({ payout_status: "SUCCESS" });
      expect(await stage.call("transfer", body, byLookup)).toMatchObject({ reason: "PAYOUT_NEEDS_REVIEW" });
      expect(stage.provider.madeFor(payout.id)).toMatchObject([{ to: good }]);
    });
  });

  it("keeps the reason why it failed, when the provider does not let its caller in", async () => {
    const payout = await stage.link(byLookup);
    stage.provider.setStatus("under_way");
    await stage.links.claim(payout, aClaim(good));
    stage.provider.setStatus("failed");
    await stage.links.refresh(payout);
    const before = await stage.ledger.listPaymentAttempts(payout.scope, payout.id);
    stage.provider.spoil("GET /transfers/id", "locked out", "before");
    const got = await stage.call("get", { merchant_payout_id: idOf(payout) }, byLookup);
    expect(got.reply).toMatchObject({
      payout_status: "FAILED",
      error: { unified_details: { code: "PROVIDER_AUTHENTICATION" } },
    });
    expect(await stage.ledger.listPaymentAttempts(payout.scope, payout.id)).toEqual(before);
  });

  it("that was registered can be cancelled, at a connector that has nothing to cancel by", async () => {
    const payout = await stage.link(byKey, { fulfilment: "FULFILMENT_MANUAL" });
    await stage.links.claim(payout, aClaim(good));
    const cancelled = { status: PayoutStatus.CANCELLED, link: { state: "CANCELLED" } };
    expect(await stage.links.cancel(payout.scope, payout.id)).toMatchObject(cancelled);
    expect(await stage.transfer(payout)).toMatchObject({ reason: "PAYOUT_STATE" });
    expect(stage.provider.madeFor(payout.id)).toEqual([]);
  });

  it("that was paid cannot, and is not said to be at the wrong connector", async () => {
    const payout = await stage.link();
    await stage.links.claim(payout, aClaim(good));
    const voided = await stage.call("void", { merchant_payout_id: idOf(payout) }, byKey);
    expect(voided).toMatchObject({
      reason: "UNSUPPORTED_OPERATION",
      message: expect.stringContaining("cannot call a payment back"),
    });
    expect(await stage.payout(idOf(payout))).toMatchObject({ status: PayoutStatus.SUCCESS });
  });
});
