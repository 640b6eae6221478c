import { expect, it } from "vitest";
import { PayoutStatus } from "../../../src/connector/contract.ts";
import { aClaim, money, openPayouts, scope, usualKey } from "../../support/service/in-process.ts";
import { byKey, describeClaims, good, other, paid } from "../../support/stages/claim-stage.ts";

const nextKey = Buffer.alloc(32, 8).toString("base64");

describeClaims((stage) => {
  const open = (keys: string) =>
    openPayouts({ databaseUrl: stage.databaseUrl, providers: { "by-key": stage.provider.url }, keys });

  it.each([
    ["payment", "POST /transfers", {}, paid],
    [
      "registration",
      "POST /accounts",
      { fulfilment: "FULFILMENT_MANUAL" },
      { payout: { status: PayoutStatus.REQUIRES_FULFILLMENT } },
    ],
  ])(
    "of a %s in doubt is found out about after the key was changed",
    async (_what, request, options, end) => {
      const payout = await stage.link(byKey, options);
      stage.provider.spoil(request, "reset", "after");
      expect(await stage.links.claim(payout, aClaim(good))).toMatchObject({ kind: "unknown" });
      stage.provider.heal();
      const sent = stage.provider.requests.length;
      const without = await open(nextKey);
      expect(await without.links.claim(payout, aClaim(good))).toMatchObject({
        kind: "not sent",
        failure: { reason: "INTERNAL" },
      });
      await without.close();
      const rotated = await open(`${nextKey},${usualKey}`);
      expect(await rotated.links.claim(payout, aClaim(other))).toMatchObject({ kind: "different" });
      expect(stage.provider.requests).toHaveLength(sent);
      expect(await rotated.links.claim(payout, aClaim(good))).toMatchObject(end);
      await rotated.close();
      const keysSent = stage.provider.requests
        .filter(({ body }) => body.ref === payout.id)
        .map(({ headers }) => headers["idempotency-key"]);
      expect(new Set(keysSent).size).toBe(1);
    },
  );

  it("leads to one payment, also where its payout has no name and its URL is replaced meanwhile", async () => {
    stage.provider.heal();
    const made = await stage.call("createLink", money, byKey);
    const id = (made.reply?.payout_link as { id?: string } | undefined)?.id ?? "";
    const payout = await stage.ledger.findPayout(scope, { id });
    if (!payout?.link) throw new Error("There is no link.");
    const held = stage.provider.hold("POST /transfers");
    const first = stage.links.claim(payout, aClaim(good));
    const waiting = await held;
    const token = { tokenHash: `replaced ${id}`, keyId: payout.link.keyId, generation: 2 };
    expect(await stage.ledger.replaceToken(scope, id, token)).toBeDefined();
    const second = stage.links.claim(payout, aClaim(good));
    waiting.answer();
    expect(await first).toMatchObject(paid);
    expect(await second).toMatchObject(paid);
    const body = { connector_payout_id: id, ...money };
    expect(await stage.call("transfer", body, byKey)).toMatchObject({ reason: "PAYOUT_STATE" });
    expect(stage.provider.madeFor(id)).toHaveLength(1);
  });

  it("of the second account pays that one, after the first could not be paid", async () => {
    const payout = await stage.link(byKey, { fulfilment: "FULFILMENT_MANUAL" });
    await stage.links.claim(payout, aClaim(good));
    stage.provider.setStatus("failed");
    expect((await stage.transfer(payout)).reply).toMatchObject({ payout_status: "FAILED" });
    stage.provider.heal();
    expect(await stage.links.claim(payout, aClaim(good, 1))).toMatchObject({
      payout: { status: PayoutStatus.FAILED },
    });
    await stage.links.claim(payout, aClaim(other, 2));
    expect((await stage.transfer(payout)).reply).toMatchObject({ payout_status: "SUCCESS" });
    expect(await stage.transfer(payout)).toMatchObject({ isReplay: true });
    expect(stage.provider.madeFor(payout.id)).toMatchObject([
      { to: `account_${good}` },
      { to: `account_${other}` },
    ]);
  });
});
