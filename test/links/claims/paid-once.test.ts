import { expect, it } from "vitest";
import { PayoutStatus } from "../../../src/connector/contract.ts";
import { aClaim } from "../../support/service/in-process.ts";
import {
  byKey,
  byLookup,
  closed,
  describeClaims,
  good,
  idOf,
  other,
  paid,
} from "../../support/stages/claim-stage.ts";

describeClaims((stage) => {
  it("pays once with what the recipient gave, with the caller's credentials, and keeps neither", async () => {
    const payout = await stage.link(byKey, { description: "Refund" });
    expect(stage.provider.madeFor(payout.id)).toEqual([]);
    expect(await stage.links.claim(payout, aClaim(good))).toMatchObject(paid);
    expect(stage.provider.madeFor(payout.id)).toMatchObject([{ to: good }]);
    const sent = stage.provider.requests.findLast(({ body }) => body.ref === payout.id);
    expect(sent?.headers.authorization).toBe("Bearer sk_test_canary_runner");
    expect(sent?.body).toMatchObject({
      name: "Ada Lovelace",
      amount: "1000",
      claimed: { kind: "personal", entry: 1 },
    });
    const [payment] = await stage.ledger.listPaymentAttempts(payout.scope, payout.id);
    expect(payment).toMatchObject({ methodKind: 1, payoutStatus: PayoutStatus.SUCCESS });
    expect(await stage.ledger.findCredentials(payout.id)).toBeUndefined();
    const rows = JSON.stringify([
      await stage.rows("select * from attempt"),
      await stage.rows("select merchant_payout_id, status from payout"),
    ]);
    for (const text of [rows, stage.logged()]) expect(text).not.toMatch(/000123456789|Lovelace|canary/);
  });

  it("pays once however many claims come at once, alike or not, in two processes", async () => {
    const second = await stage.open();
    try {
      for (const connector of [byKey, byLookup]) {
        const payout = await stage.link(connector);
        const ends = await Promise.all(
          Array.from({ length: 100 }, (_, index) =>
            (index % 2 ? stage.links : second.links).claim(
              payout,
              aClaim(index % 3 ? good : `00011122${index + 1000}`),
            ),
          ),
        );
        expect(stage.provider.madeFor(payout.id)).toHaveLength(1);
        // Who has waited long enough is told that it is not known yet; nobody is told that nothing was sent.
        const kinds = ends.map(({ kind }) => kind);
        expect(["taken", "unknown", "different"]).toEqual(expect.arrayContaining(kinds));
        expect(kinds).toContain("taken");
        expect(await stage.payout(idOf(payout))).toMatchObject({ status: PayoutStatus.SUCCESS });
      }
    } finally {
      await second.close();
    }
  });

  it("is not paid by anything else while it waits for the recipient", async () => {
    for (const connector of [byKey, byLookup]) {
      const payout = await stage.link(connector);
      const waiting = { status: PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA, link: { state: "ACTIVE" } };
      expect(await stage.links.refresh(payout)).toMatchObject(waiting);
      await stage.links.claim(payout, aClaim(closed));
      expect(await stage.links.refresh(payout)).toMatchObject({ status: PayoutStatus.FAILED });
      stage.provider.setFunds(0);
      await stage.links.claim(payout, aClaim(good, 2));
      stage.provider.heal();
      expect(await stage.links.refresh(payout)).toMatchObject(waiting);
      expect(stage.provider.madeFor(payout.id)).toEqual([]);
    }
  });

  it("says that a slow payment is under way, and has it once", async () => {
    const payout = await stage.link();
    const held = stage.provider.hold("POST /transfers");
    const first = stage.links.claim(payout, aClaim(good));
    const waiting = await held;
    const [same, different] = await Promise.all([
      stage.links.claim(payout, aClaim(good)),
      stage.links.claim(payout, aClaim(other)),
      waiting.answer(),
    ]);
    expect(await first).toMatchObject(paid);
    expect(same).toMatchObject(paid);
    expect(different).toMatchObject(paid);
    expect(stage.provider.madeFor(payout.id)).toHaveLength(1);
  });
});
