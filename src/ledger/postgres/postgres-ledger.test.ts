import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { anIntent, aPayout, done } from "../../../test/support/stores/ledger-facts.ts";
import { ledgerAt } from "../../../test/support/stores/ledgers.ts";
import { freshDatabase, hasPostgres, queryRows } from "../../../test/support/stores/postgres.ts";
import {
  type Disturbance,
  type PostgresProxy,
  startPostgresProxy,
} from "../../../test/support/stores/postgres-proxy.ts";
import { LedgerUnavailable } from "../../core/failure.ts";
import type { Ledger } from "../ledger.ts";

// As messages of the protocol have them: "read committed" is none.
const COMMIT = "commit\0";
const BEGIN = "begin isolation";

describe.runIf(hasPostgres())("on postgres, what is sent in one go", () => {
  let url: string;
  let proxy: PostgresProxy;
  let ledger: Ledger;

  beforeAll(async () => {
    url = await freshDatabase();
    proxy = await startPostgresProxy(url);
    ledger = await ledgerAt(proxy.url);
  });
  afterAll(async () => {
    await ledger.close();
    proxy.close();
  });

  const disturb = (disturbance: Disturbance) => {
    proxy.disturb(disturbance);
    onTestFinished(() => proxy.disturb(undefined));
  };
  const tables = ["payout", "event", "attempt", "idempotency_key"];
  const counts = async () =>
    (
      await queryRows(
        url,
        `select ${tables.map((each) => `(select count(*) from ${each})`).join(" + ")} as rows`,
      )
    )[0]?.rows;
  const newOne = () =>
    anIntent({
      payout: { create: aPayout({ status: 7 }) },
      idempotencyKey: { key: anIntent().dedupeKey, expiresAtMs: 1e15 },
    });

  it("is all of a new payout, from the beginning to the commit", { timeout: 5_000 }, async () => {
    // Whoever waits for an answer before the commit is sent, waits in vain.
    disturb((sent, connection) => {
      if (sent.includes(BEGIN)) connection.hold();
      if (sent.includes(COMMIT)) connection.letGo();
      return sent;
    });
    expect(await ledger.record(newOne(), done())).toMatchObject({ kind: "opened" });
    expect(await ledger.open(newOne())).toMatchObject({ kind: "opened" });
  });

  it("leaves nothing behind when its beginning is refused", async () => {
    const before = await counts();
    disturb((sent) => Buffer.from(sent.toString("latin1").replace(BEGIN, "begun isolation"), "latin1"));
    await expect(ledger.record(newOne(), done())).rejects.toThrow(/syntax error at or near "begun"/);
    await expect(ledger.open(newOne())).rejects.toThrow(/syntax error at or near "begun"/);
    expect(await counts()).toBe(before);
  });

  it("leaves nothing behind when one of it fails, and the connections serve on", async () => {
    const { attemptId } = newOne();
    await ledger.open({ ...newOne(), attemptId });
    const before = await counts();
    const failing = Array.from({ length: 8 }, () => ledger.open({ ...newOne(), attemptId }));
    for (const result of await Promise.allSettled(failing))
      expect(result).toEqual({
        status: "rejected",
        reason: expect.objectContaining({ constraint: "attempt_pkey" }),
      });
    expect(await counts()).toBe(before);
    const serving = await Promise.all(Array.from({ length: 20 }, () => ledger.open(newOne())));
    expect(serving.map(({ kind }) => kind)).toEqual(Array(20).fill("opened"));
  });

  it("is found by a repeat when the answer to its commit is lost", async () => {
    disturb((sent, connection) => {
      if (sent.includes(COMMIT)) connection.cut();
      return sent;
    });
    const intent = newOne();
    const lost: unknown = await ledger.record(intent, done()).catch((error: unknown) => error);
    expect(lost).toBeInstanceOf(LedgerUnavailable);
    expect(String(lost)).toMatch(/the connection was lost/);
    proxy.disturb(undefined);
    // The server may still be at it: what it was sent it carries out, with or without somebody to answer.
    const made = () => queryRows(url, "select id from attempt where id = $1", [intent.attemptId]);
    await expect.poll(made, { timeout: 5_000 }).toHaveLength(1);
    const repeat = { ...newOne(), dedupeKey: intent.dedupeKey };
    expect(await ledger.open(repeat)).toMatchObject({
      kind: "existing",
      attempt: { id: intent.attemptId, state: "DONE" },
    });
  });
});
