import { afterAll, beforeAll, expect, it } from "vitest";
import { money, openPayouts, type TestPayouts } from "../support/service/in-process.ts";
import { temporaryFolder } from "../support/service/service.ts";
import {
  type MisbehavingProvider,
  startMisbehavingProvider,
} from "../support/stages/misbehaving-provider.ts";

const folder = temporaryFolder();
const misbehaving = { "x-connector": "misbehaving" };
let provider: MisbehavingProvider;
let payouts: TestPayouts;
beforeAll(async () => {
  provider = await startMisbehavingProvider();
  payouts = await openPayouts({
    databaseUrl: `sqlite:${folder.path}/sluice.db`,
    providers: { misbehaving: provider.url },
  });
});
afterAll(async () => {
  await payouts.close();
  await provider.close();
  folder.remove();
});

/** A payout whose recipient the provider has found not to be payable. */
async function barred(id: string): Promise<void> {
  const body = { merchant_payout_id: id, recipient_type: "INDIVIDUAL" };
  expect((await payouts.call("createRecipient", body, misbehaving)).reply).toMatchObject({
    status_code: 200,
  });
  provider.answerWith("GET /standing", { status: 200, body: { id: `recipient_${id}`, status: "barred" } });
  const got = await payouts.call("get", { merchant_payout_id: id }, misbehaving);
  expect(got.reply).toMatchObject({ payout_status: "INELIGIBLE" });
}

it("is under way once a payment of it has been begun all the same", async () => {
  await barred("paid");
  const body = { merchant_payout_id: "paid", ...money };
  expect((await payouts.call("transfer", body, misbehaving)).reply).toMatchObject({
    payout_status: "PENDING",
  });
  provider.heal();
  const got = await payouts.call("get", { merchant_payout_id: "paid" }, misbehaving);
  expect(got.reply).toMatchObject({ payout_status: "PENDING" });
});

it("is in doubt where nobody knows how that payment ended, and is not said to be unpaid", async () => {
  await barred("doubtful");
  provider.answerWith("POST /payments", { status: 500, body: {} });
  const body = { merchant_payout_id: "doubtful", ...money };
  expect(await payouts.call("transfer", body, misbehaving)).toMatchObject({ reason: "OUTCOME_UNKNOWN" });
  const got = await payouts.call("get", { merchant_payout_id: "doubtful" }, misbehaving);
  expect(got.reply).toMatchObject({ payout_status: "PENDING" });
  provider.heal();
});

it("can be cancelled", async () => {
  await barred("cancelled");
  const body = { merchant_payout_id: "cancelled" };
  expect((await payouts.call("void", body, misbehaving)).reply).toMatchObject({ payout_status: "CANCELLED" });
  expect((await payouts.call("get", body, misbehaving)).reply).toMatchObject({ payout_status: "CANCELLED" });
});
