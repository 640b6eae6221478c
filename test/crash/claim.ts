import type { Ledger } from "../../src/ledger/ledger.ts";
import { aClaim, openDesk, scope } from "../support/desk.ts";

/**
 * Claims a link once, as a process of its own, and dies at a chosen moment: SLUICE_TEST_KILL is `before open` or `after settle`,
 * and so on. SIGKILL leaves no chance to tidy up. What it is to claim is JSON in SLUICE_TEST_CLAIM.
 */
const { databaseUrl, providers, payoutId, account, entry } = JSON.parse(process.env.SLUICE_TEST_CLAIM ?? "");
const [moment, unit] = (process.env.SLUICE_TEST_KILL ?? "").split(" ");

const desk = await openDesk({ databaseUrl, providers, wrapLedger: killAt });
const payout = await desk.ledger.findPayout(scope, { id: payoutId });
if (!payout) throw new Error(`There is no payout ${payoutId}.`);
const end = await desk.desk.claim(payout, aClaim(account, entry));
console.log(end.kind);
await desk.close();

function killAt(ledger: Ledger): Ledger {
  return new Proxy(ledger, {
    get(target, name) {
      const method = Reflect.get(target, name) as (...input: unknown[]) => Promise<unknown>;
      if (name !== unit) return method.bind(target);
      return async (...input: unknown[]) => {
        if (moment === "before") await die();
        const result = await method.apply(target, input);
        await die();
        return result;
      };
    },
  }) as Ledger;
}

function die(): Promise<never> {
  process.kill(process.pid, "SIGKILL");
  return new Promise(() => {});
}
