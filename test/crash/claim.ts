import { fatedLedger } from "../support/service/fated-ledger.ts";
import { aClaim, openPayouts, scope } from "../support/service/in-process.ts";

/**
 * Claims a link once, as a process of its own, and meets the fate of SLUICE_TEST_FATE. What it is to claim is JSON in
 * SLUICE_TEST_CLAIM.
 */
const { databaseUrl, providers, payoutId, account, entry } = JSON.parse(process.env.SLUICE_TEST_CLAIM ?? "");

const payouts = await openPayouts({ databaseUrl, providers, wrapLedger: fatedLedger });
const payout = await payouts.ledger.findPayout(scope, { id: payoutId });
if (!payout) throw new Error(`There is no payout ${payoutId}.`);
const end = await payouts.links.claim(payout, aClaim(account, entry));
console.log(end.kind);
await payouts.close();
