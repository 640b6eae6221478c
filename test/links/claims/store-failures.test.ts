import { expect, it } from "vitest";
import { LedgerUnavailable } from "../../../src/core/failure.ts";
import type { Ledger } from "../../../src/ledger/ledger.ts";
import { aClaim, openPayouts } from "../../support/service/in-process.ts";
import { byKey, byLookup, closed, describeClaims, good, paid } from "../../support/stages/claim-stage.ts";

/** Longer than a lease lasts. */
const PATIENCE_MS = 5000;

describeClaims((stage) => {
  const methods = ["findPayout", "findCredentials", "findAttempt", "reopenLink", "open", "complete"] as const;
  const moments = ["before", "after"] as const;
  const cases = methods.flatMap((method) => moments.map((moment) => [moment, method] as const));

  /** A ledger that fails once: before it does what it is asked, or when it has done it and cannot say so. */
  const failing = (ledger: Ledger, method: (typeof methods)[number], moment: string): Ledger => {
    const asIs = ledger[method] as (...input: unknown[]) => Promise<unknown>;
    let hasFailed = false;
    const fail = async (...input: unknown[]) => {
      if (hasFailed) return asIs(...input);
      hasFailed = true;
      if (moment === "after") await asIs(...input);
      throw new LedgerUnavailable("The store is gone.");
    };
    return { ...ledger, [method]: fail };
  };

  it.each(cases)(
    "is paid once, and never said to be unsent, where the store fails %s %s",
    async (moment, method) => {
      for (const connector of [byKey, byLookup]) {
        const payout = await stage.link(connector);
        await stage.links.claim(payout, aClaim(closed));
        const unlucky = await openPayouts({
          databaseUrl: stage.databaseUrl,
          providers: { "by-key": stage.provider.url, "by-lookup": stage.provider.url },
          wrapLedger: (ledger) => failing(ledger, method, moment),
        });
        const end = await unlucky.links.claim(payout, aClaim(good, 2)).catch((error: unknown) => error);
        // What the store lost on the way back is in doubt; everything else can be tried again at once.
        expect(end).toMatchObject(
          method === "complete" ? { kind: "unknown" } : { reason: "LEDGER_UNAVAILABLE" },
        );
        expect(stage.provider.madeFor(payout.id)).toHaveLength(method === "complete" ? 1 : 0);
        unlucky.advanceMs(PATIENCE_MS);
        expect(await unlucky.links.claim(payout, aClaim(good, 2))).toMatchObject(paid);
        await unlucky.close();
        expect(stage.provider.madeFor(payout.id)).toMatchObject([{ to: good }]);
      }
    },
  );

  it.each(moments)(
    "can be made again where the store fails %s it forgets what was not sent",
    async (moment) => {
      const payout = await stage.link();
      stage.provider.setFunds(0);
      const unlucky = await openPayouts({
        databaseUrl: stage.databaseUrl,
        providers: { "by-key": stage.provider.url },
        wrapLedger: (ledger) => failing(ledger, "release" as never, moment),
      });
      await expect(unlucky.links.claim(payout, aClaim(good))).rejects.toMatchObject({
        reason: "LEDGER_UNAVAILABLE",
      });
      stage.provider.heal();
      unlucky.advanceMs(PATIENCE_MS);
      expect(await unlucky.links.claim(payout, aClaim(good))).toMatchObject(paid);
      await unlucky.close();
      expect(stage.provider.madeFor(payout.id)).toHaveLength(1);
    },
  );
});
