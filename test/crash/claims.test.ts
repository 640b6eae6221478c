import { spawn } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PayoutStatus } from "../../src/connector/contract.ts";
import type { Payout } from "../../src/core/payout.ts";
import { aClaim, money, openPayouts, type TestPayouts } from "../support/service/in-process.ts";
import { root } from "../support/service/service.ts";
import { type OwnLinksProvider, startOwnLinksProvider } from "../support/stages/own-links-provider.ts";
import { engines } from "../support/stores/ledgers.ts";

const good = "000123456789";
const other = "000987654321";
const closed = "000000004002";
const headers = {
  "by-key": { "x-connector-config": '{"config":{"ByKey":{"api_key":"sk_test_canary"}}}' },
  "by-lookup": { "x-connector": "by-lookup" },
};

/** Where the process dies: around each thing it does to its ledger, and around what the provider does. */
const ledgerSteps = [
  "before findCredentials",
  "before findAttempt",
  "before open",
  "after open",
  "before complete",
  "after complete",
];
const providerSteps = ["before the effect", "after the effect"];
/** Those after which something may have been sent. */
const doubtful = ["after open", "before complete", ...providerSteps];

/** What the recipient does when the process that served them has died. */
const scenarios = [
  {
    about: "gives the same details again",
    connector: "by-key",
    entry: 1,
    next: good,
    steps: [...ledgerSteps, ...providerSteps],
  },
  {
    about: "gives others, and then the same",
    connector: "by-key",
    entry: 1,
    next: other,
    steps: doubtful,
  },
  {
    about: "gives the same again after a payment that failed",
    connector: "by-key",
    entry: 2,
    next: good,
    steps: ["before reopenLink", "after reopenLink", ...doubtful],
  },
  {
    about: "gives others to a provider that is asked what it made",
    connector: "by-lookup",
    entry: 1,
    next: other,
    steps: doubtful,
  },
] as const;

/** Longer than a lease lasts. */
const PATIENCE_MS = 5000;

describe.each(engines)("a claim on $engine whose process is killed", (engine) => {
  describe.runIf(engine.isAvailable)("is paid once", () => {
    let databaseUrl = "";
    beforeAll(async () => {
      databaseUrl = await engine.fresh();
    });

    for (const scenario of scenarios) {
      describe(`when the recipient ${scenario.about}:`, () => {
        let provider: OwnLinksProvider;
        let payouts: TestPayouts;
        let providers: Readonly<Record<string, string>> = {};
        beforeAll(async () => {
          provider = await startOwnLinksProvider();
          providers = { "by-key": provider.url, "by-lookup": provider.url };
          payouts = await openPayouts({ databaseUrl, providers });
          // The process that is left need not wait for the leases of those that died.
          payouts.advanceMs(PATIENCE_MS);
        });
        afterAll(async () => {
          await payouts.close();
          await provider.close();
        });

        async function link(step: string): Promise<Payout> {
          const merchantPayoutId = `${scenario.about} ${step}`;
          const body = { merchant_payout_id: merchantPayoutId, ...money };
          await payouts.call("createLink", body, headers[scenario.connector]);
          const payout = await payouts.payout(merchantPayoutId);
          if (scenario.entry === 2) await payouts.links.claim(payout, aClaim(closed));
          return payout;
        }

        /** Claims in a process of its own, which dies. */
        async function crash(payout: Payout, step: string): Promise<void> {
          const claim = { databaseUrl, providers, payoutId: payout.id, account: good, entry: scenario.entry };
          const atProvider = providerSteps.includes(step);
          const held = atProvider && provider.hold("POST /transfers", step === "before the effect");
          const child = spawn(process.execPath, ["test/crash/claim.ts"], {
            cwd: root,
            env: {
              PATH: process.env.PATH ?? "",
              SLUICE_TEST_CLAIM: JSON.stringify(claim),
              SLUICE_TEST_FATE: atProvider ? "" : `kill ${step}`,
            },
            stdio: ["ignore", "pipe", "inherit"],
          });
          const ended = new Promise<string | null>((resolve) =>
            child.once("exit", (_code, signal) => resolve(signal)),
          );
          if (held) {
            await held;
            child.kill("SIGKILL");
          }
          expect(await ended).toBe("SIGKILL");
        }

        /** Claims as its pages tell the recipient to, until the link is paid. */
        async function untilPaid(payout: Payout): Promise<Payout> {
          let account: string = scenario.next;
          for (let round = 0; round < 60; round++) {
            const end = await payouts.links.claim(payout, aClaim(account, scenario.entry));
            const isPaid = end.payout.status === PayoutStatus.SUCCESS;
            expect(provider.madeFor(payout.id).length).toBeGreaterThanOrEqual(isPaid ? 1 : 0);
            if (isPaid) return end.payout;
            if (end.kind === "different" && scenario.connector === "by-key") account = good;
            await delay(100);
          }
          throw new Error("It was never paid.");
        }

        it.each(scenario.steps)(
          "%s",
          async (step) => {
            const payout = await link(step);
            await crash(payout, step);
            const paid = await untilPaid(payout);
            expect(paid).toMatchObject({ link: { state: "COMPLETED", claimRound: scenario.entry } });
            expect(provider.madeFor(payout.id)).toHaveLength(1);
            const record = await payouts.ledger.findLinkById(payout.scope, payout.id);
            expect(record?.openAttempt).toBeUndefined();
            expect(await payouts.ledger.findCredentials(payout.id)).toBeUndefined();
          },
          30_000,
        );
      });
    }
  });
});
