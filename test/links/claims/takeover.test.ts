import { expect, it } from "vitest";
import { aClaim, money } from "../../support/service/in-process.ts";
import { account, byLookup, describeClaims, good, paid } from "../../support/stages/claim-stage.ts";

describeClaims((stage) => {
  it("that others take over is sent by one of them, when the store was slower than the lease", async () => {
    const payout = await stage.link(byLookup);
    stage.provider.spoil("POST /transfers", "reset", "before");
    await stage.links.claim(payout, aClaim(good));
    stage.provider.heal();
    const quick = await stage.open();
    quick.advanceMs(5000);
    let claiming: Promise<unknown> | undefined;
    let answer = () => {};
    const slow = await stage.open((ledger) => ({
      ...ledger,
      async takeOver(...input) {
        slow.advanceMs(5000);
        const attempt = await ledger.takeOver(...input);
        if (claiming) return attempt;
        const held = stage.provider.hold("GET /transfers");
        claiming = quick.links.claim(payout, aClaim(good));
        answer = (await held).answer;
        return attempt;
      },
    }));
    const first = slow.links.claim(payout, aClaim(good));
    await Promise.race([first, new Promise((resolve) => setTimeout(resolve, 1000))]);
    answer();
    expect(await claiming).toMatchObject(paid);
    await first;
    await Promise.all([slow.close(), quick.close()]);
    expect(stage.provider.madeFor(payout.id)).toHaveLength(1);
  });

  it("that others took over is not said to be unpaid because of what the one that was given up could not do", async () => {
    const payout = await stage.link(byLookup);
    stage.provider.setFunds(0);
    const held = stage.provider.hold("POST /transfers");
    const first = stage.links.claim(payout, aClaim(good));
    const waiting = await held;
    stage.provider.heal();
    const second = await stage.open();
    second.advanceMs(5000);
    expect(await second.links.claim(payout, aClaim(good))).toMatchObject(paid);
    await second.close();
    waiting.answer();
    expect(await first).toMatchObject({ kind: "unknown" });
    expect(stage.provider.madeFor(payout.id)).toHaveLength(1);
  });

  it("that others took over is told as they found it, and not as a process heard it that had been given up", async () => {
    stage.provider.heal();
    const body = { merchant_payout_id: "given-up", ...money, ...account(good) };
    stage.provider.setFunds(0);
    const held = stage.provider.hold("POST /transfers");
    const first = stage.call("transfer", body, byLookup);
    const waiting = await held;
    stage.provider.heal();
    const second = await stage.open();
    second.advanceMs(5000);
    expect((await second.call("transfer", body, byLookup)).reply).toMatchObject({ payout_status: "SUCCESS" });
    await second.close();
    waiting.answer();
    expect(await first).toMatchObject({ reason: "OUTCOME_UNKNOWN" });
    expect((await stage.call("transfer", body, byLookup)).reply).toMatchObject({ payout_status: "SUCCESS" });
  });
});
