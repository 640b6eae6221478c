import { expect, it } from "vitest";
import { PayoutStatus } from "../../../src/connector/contract.ts";
import { aClaim, openPayouts } from "../../support/service/in-process.ts";
import {
  byKey,
  byLookup,
  describeClaims,
  good,
  idOf,
  other,
  paid,
} from "../../support/stages/claim-stage.ts";
import type { Trouble } from "../../support/stages/own-links-provider.ts";

describeClaims((stage) => {
  const troubles: readonly Trouble[] = ["reset", "timeout", "error", "garbage", "rate limit"];
  const moments = ["before", "after"] as const;
  const deskFor = (trouble: Trouble) => (trouble === "timeout" ? stage.hasty : stage.links);
  it.each(troubles.flatMap((trouble) => moments.map((moment) => [trouble, moment] as const)))(
    "finds out by the same details after %s %s the effect, and sends no others meanwhile",
    async (trouble, moment) => {
      const payout = await stage.link();
      stage.provider.spoil("POST /transfers", trouble, moment);
      expect(await deskFor(trouble).claim(payout, aClaim(good))).toMatchObject({
        kind: "unknown",
        payout: { status: PayoutStatus.PENDING, link: { state: "CLAIMED" } },
      });
      const before = stage.provider.requests.length;
      expect(await stage.links.claim(payout, aClaim(other))).toMatchObject({ kind: "different" });
      expect(stage.provider.requests).toHaveLength(before);
      expect((await stage.ledger.findLinkById(payout.scope, payout.id))?.openAttempt?.state).toBe("UNKNOWN");
      stage.provider.heal();
      expect(await stage.links.claim(payout, aClaim(good))).toMatchObject(paid);
      expect(stage.provider.madeFor(payout.id)).toMatchObject([{ to: good }]);
    },
  );

  it.each(troubles.flatMap((trouble) => moments.map((moment) => [trouble, moment] as const)))(
    "looks up what it made after %s %s the effect, and pays other details only where that is nothing",
    async (trouble, moment) => {
      const payout = await stage.link(byLookup);
      stage.provider.spoil("POST /transfers", trouble, moment);
      expect(await deskFor(trouble).claim(payout, aClaim(good))).toMatchObject({ kind: "unknown" });
      stage.provider.spoil("GET /transfers", "error", "before");
      expect(await stage.links.claim(payout, aClaim(other))).toMatchObject({ kind: "unknown" });
      stage.provider.heal();
      expect(await stage.links.claim(payout, aClaim(other))).toMatchObject(paid);
      expect(stage.provider.madeFor(payout.id)).toMatchObject([{ to: moment === "after" ? good : other }]);
    },
  );

  it("says what stands in the way where nothing was sent, and pays when it is gone", async () => {
    const payout = await stage.link();
    stage.provider.setFunds(0);
    const short = await stage.links.claim(payout, aClaim(good));
    expect(short).toMatchObject({ kind: "not sent", failure: { reason: "INSUFFICIENT_FUNDS" } });
    expect(await stage.payout(idOf(payout))).toMatchObject({
      status: PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA,
      link: { state: "ACTIVE", claimRound: 1 },
    });
    stage.provider.heal();
    expect(await stage.links.claim(payout, aClaim(other))).toMatchObject(paid);
    expect(stage.provider.madeFor(payout.id)).toMatchObject([{ to: other }]);
  });

  it("pays nothing by an expired link", async () => {
    const payout = await stage.link(byKey, { expires_in: "60s" });
    const later = await stage.open();
    later.advanceMs(61_000);
    expect(await later.links.claim(payout, aClaim(good))).toMatchObject({
      kind: "taken",
      payout: { status: PayoutStatus.EXPIRED, link: { state: "EXPIRED" } },
    });
    await later.close();
    expect(stage.provider.madeFor(payout.id)).toEqual([]);
  });

  it("is not sent once the link has run out, though it had not when it came", async () => {
    const payout = await stage.link(byKey, { expires_in: "60s" });
    const late = await openPayouts({
      databaseUrl: stage.databaseUrl,
      providers: { "by-key": stage.provider.url },
      wrapLedger: (ledger) => ({
        ...ledger,
        open: (intent) => {
          late.advanceMs(10_000);
          return ledger.open(intent);
        },
      }),
    });
    late.advanceMs(52_000);
    expect(await late.links.claim(payout, aClaim(good))).toMatchObject({
      kind: "taken",
      payout: { status: PayoutStatus.EXPIRED },
    });
    await late.close();
    expect(stage.provider.madeFor(payout.id)).toEqual([]);
  });

  it("is left to people when the provider may no longer know a repeat for one", async () => {
    const payout = await stage.link();
    stage.provider.spoil("POST /transfers", "reset", "after");
    await stage.links.claim(payout, aClaim(good));
    stage.provider.heal();
    const later = await stage.open();
    later.advanceMs(23.5 * 60 * 60 * 1000);
    const before = stage.provider.requests.length;
    expect(await later.links.claim(payout, aClaim(good))).toMatchObject({ kind: "unknown" });
    expect(stage.provider.requests).toHaveLength(before);
    expect(later.logged()).toContain("payout needs review");
    await later.close();
  });
});
