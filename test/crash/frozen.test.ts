import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PageReply } from "../support/clients/page-request.ts";
import { quick, type RunningService } from "../support/service/service.ts";
import { describeEngines, type Store } from "../support/stores/engines.ts";
import { accounts, type PagesStage, type PagesWish, startPagesStage } from "./pages-stage.ts";

/**
 * Where the process that was given the details is frozen: around what it does to its ledger, when it is about to reach the
 * provider (soon after open), and while that has its request. The provider of `by-key` knows a repeat by its key, and that of `by-lookup`
 * pays as often as it is asked.
 */
const cases: readonly { readonly step: string; readonly connector: PagesWish["connector"] }[] = [
  { connector: "by-key", step: "soon after open" },
  { connector: "by-key", step: "before complete" },
  { connector: "by-lookup", step: "before open" },
  { connector: "by-lookup", step: "after open" },
  { connector: "by-lookup", step: "soon after open" },
  { connector: "by-lookup", step: "at the provider" },
  { connector: "by-lookup", step: "before complete" },
];

// SQLite is for one process: nobody else takes over there.
describeEngines(
  (newStore) => {
    describe("a claim whose process is frozen for longer than its lease", () => {
      let store: Store;
      beforeAll(async () => {
        store = await newStore();
      });
      afterAll(() => store.remove());

      it.concurrent.each(cases)(
        "$step, is paid once by the $connector, and stays as the one that took it over has left it",
        async ({ step, connector }) => {
          const isAtProvider = step === "at the provider";
          const stage = await startPagesStage(store, { connector }, isAtProvider ? "" : `freeze ${step}`);
          const { provider, link, service: frozen } = stage;
          try {
            await stage.restart();
            await link.begin(frozen);
            const held = isAtProvider && provider.hold("POST /transfers");
            const first = link.give(frozen, accounts.good);
            if (held) {
              const waiting = await held;
              frozen.child.kill("SIGSTOP");
              waiting.answer();
            }
            await expectPaidOnce(stage, frozen, first);
          } finally {
            await stage.close();
          }
        },
        60_000,
      );

      it.concurrent("when it was the one that took over, and had just learnt that nothing was made, is paid once", async () => {
        const stage = await startPagesStage(store, { connector: "by-lookup" }, "kill after open");
        const { provider, link, service: dying } = stage;
        try {
          await link.begin(dying);
          await Promise.all([stage.restart(), expect(link.give(dying, accounts.good)).rejects.toThrow()]);
          const frozen = stage.service;
          await Promise.all([stage.restart(), delay(quick.leaseMs)]);
          const lookup = provider.hold("GET /transfers");
          const second = link.give(frozen, accounts.good);
          const held = await lookup;
          frozen.child.kill("SIGSTOP");
          held.answer();
          await expectPaidOnce(stage, frozen, second);
        } finally {
          await stage.close();
        }
      }, 60_000);
    });
  },
  ["PostgreSQL"],
);

/** The other process takes over once the lease is over, and pays. The frozen one goes on then, and changes nothing. */
async function expectPaidOnce(stage: PagesStage, frozen: RunningService, given: Promise<PageReply>) {
  const { provider, link, service, look, callerView } = stage;
  await delay(quick.leaseMs + 500);
  for (let round = 0; round < 8 && (await look()) !== "paid"; round++)
    await link.give(service, accounts.good);
  expect(await look()).toBe("paid");
  const view = await callerView();
  frozen.child.kill("SIGCONT");
  expect([303, 503]).toContain((await given).status);
  expect(await look()).toBe("paid");
  expect(provider.madeFor(link.id)).toHaveLength(1);
  expect(await callerView()).toEqual(view);
  expect((await link.look(frozen)).standing).toBe("paid");
}
