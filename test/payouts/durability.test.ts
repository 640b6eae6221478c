import { DatabaseSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readConfig } from "../../src/config/config.ts";
import type { CompleteOptions, Ledger } from "../../src/ledger/ledger.ts";
import { type Service, startService } from "../../src/server.ts";
import { callGrpcJs } from "../support/clients/clients.ts";
import { root, temporaryFolder } from "../support/service/service.ts";
import {
  type MisbehavingProvider,
  startMisbehavingProvider,
} from "../support/stages/misbehaving-provider.ts";

/** What the call path asks of its ledger, seen between the two. */
const folder = temporaryFolder();
const settled: CompleteOptions[] = [];
let openTakesMs = 0;
let provider: MisbehavingProvider;
let service: Service;

const watched = (ledger: Ledger): Ledger => ({
  ...ledger,
  async open(intent) {
    await delay(openTakesMs);
    return ledger.open(intent);
  },
  complete(attemptId, outcome, options) {
    settled.push(options);
    return ledger.complete(attemptId, outcome, options);
  },
});

beforeAll(async () => {
  provider = await startMisbehavingProvider();
  const config = readConfig({
    SLUICE_LISTEN: "127.0.0.1:0",
    SLUICE_DATABASE_URL: `sqlite:${folder.path}/sluice.db`,
    SLUICE_CONNECTORS_DIR: `${root}test/connectors/own-links`,
    SLUICE_MISBEHAVING_URL: provider.url,
    SLUICE_LOG_LEVEL: "silent",
  });
  service = await startService(config, { wrapLedger: watched });
});
afterAll(async () => {
  await service.stop(1000);
  await provider.close();
  folder.remove();
});

const transfer = (id: string) =>
  callGrpcJs(
    { target: new URL(service.url).host },
    {
      rpc: "transfer",
      headers: { "x-connector": "misbehaving" },
      body: {
        merchant_payout_id: id,
        amount: { minor_amount: "1000", currency: "USD" },
        destination_currency: "USD",
      },
    },
  );

it("has a refusal on the disk before it tells of it, and what the provider would tell again soon after", async () => {
  expect((await transfer("paid")).reply).toMatchObject({ payout_status: "PENDING" });
  expect(settled.splice(0)).toEqual([{ durable: false, sendCount: 1 }]);
  provider.answerWith("POST /payments", { status: 402, body: { code: "declined", message: "No." } });
  expect((await transfer("refused")).reply).toMatchObject({ payout_status: "FAILED" });
  expect(settled.splice(0)).toEqual([{ durable: true, sendCount: 1 }]);
  provider.heal();
});

it("sends nothing under a lease that ran out while the attempt was written down", async () => {
  const before = provider.payments();
  openTakesMs = 4100;
  expect(await transfer("slow-store")).toMatchObject({ code: "ABORTED", reason: "IDEMPOTENCY_IN_PROGRESS" });
  expect(provider.payments()).toBe(before);
  openTakesMs = 0;
  expect((await transfer("slow-store")).reply).toMatchObject({ payout_status: "PENDING" });
});

it("does not answer one call with the reply of another, whoever changed the rows", async () => {
  for (const id of ["own", "foreign"]) expect((await transfer(id)).reply).toBeDefined();
  const database = new DatabaseSync(`${folder.path}/sluice.db`, { timeout: 5000 });
  database.exec(`update attempt set reply = (select reply from attempt where identity = 'merchant:foreign')
    where identity = 'merchant:own'`);
  database.close();
  expect(await transfer("own")).toMatchObject({ code: "INTERNAL" });
});
