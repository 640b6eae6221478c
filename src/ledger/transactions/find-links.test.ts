import { describe, expect, it } from "vitest";
import { aLink, anIntent, done, scope } from "../../../test/support/stores/ledger-facts.ts";
import { onEveryEngine } from "../../../test/support/stores/ledgers.ts";
import type { Payout } from "../../core/payout.ts";
import { PayoutEnums_PayoutStatus as Status } from "../../gen/types/payout_pb.ts";

const durable = { durable: true };
const unknown = { state: "UNKNOWN", change: { status: Status.PENDING } } as const;
const moment = { startedAtMs: 2_000 };

onEveryEngine((fixture) => {
  async function made(): Promise<Payout> {
    const { attempt, payout } = await fixture.opened({}, { link: aLink({ expiresAtMs: 1e9 }) });
    await fixture.ledger.complete(attempt.id, done({ status: Status.REQUIRES_PAYOUT_METHOD_DATA }), durable);
    return current(payout.id);
  }

  async function current(id: string): Promise<Payout> {
    const payout = await fixture.ledger.findPayout(scope, { id });
    if (!payout) throw new Error(`There is no payout ${id}.`);
    return payout;
  }

  /** Begins a payment of a payout as it stands. */
  async function paying(id: string, operation = "transfer", startedAtMs = fixture.clock.ms): Promise<string> {
    const { version } = await current(id);
    const intent = anIntent({ operation, payout: { id, version }, methodKind: 3, startedAtMs });
    expect((await fixture.ledger.open(intent)).kind).toBe("opened");
    return intent.attemptId;
  }

  const payments = async (id: string) =>
    (await fixture.ledger.listPaymentAttempts(scope, id)).map(
      ({ payoutStatus, reason, connectorPayoutId }) => [payoutStatus, reason, connectorPayoutId],
    );

  describe("a link", () => {
    it("is found by the hash of its token, and by its id for its merchant alone", async () => {
      const { id, link } = await made();
      const found = await fixture.ledger.findLinkById(scope, id);
      expect(found).toEqual({ payout: await current(id), paymentAttempts: 0, openAttempt: undefined });
      expect(await fixture.ledger.findLink(link?.tokenHash ?? "")).toEqual(found);
      expect(await fixture.ledger.findLink("")).toBeUndefined();
      for (const other of [
        { ...scope, merchantId: "other" },
        { ...scope, tenantId: "other" },
      ])
        expect(await fixture.ledger.findLinkById(other, id)).toBeUndefined();
      const { payout } = await fixture.opened();
      expect(await fixture.ledger.findLinkById(scope, payout.id)).toBeUndefined();
    });

    it("counts its payments, and shows what is under way", async () => {
      const { id } = await made();
      const first = await paying(id);
      const found = await fixture.ledger.findLinkById(scope, id);
      expect(found).toMatchObject({
        paymentAttempts: 1,
        openAttempt: { id: first, state: "SENDING", payoutId: id },
      });
      await fixture.ledger.complete(first, unknown, durable);
      expect((await fixture.ledger.findLinkById(scope, id))?.openAttempt?.state).toBe("UNKNOWN");
      await fixture.ledger.complete(first, done({ status: Status.FAILED }), durable);
      const { version } = await current(id);
      await fixture.ledger.reopenLink(id, version);
      await paying(id, "enrollDisburseAccount");
      expect(await fixture.ledger.findLinkById(scope, id)).toMatchObject({
        paymentAttempts: 1,
        openAttempt: { operation: "enrollDisburseAccount" },
      });
    });
  });

  describe("the payments of a payout", () => {
    it("are listed with what is known of each", async () => {
      const { id } = await made();
      const first = await paying(id, "transfer", 5_000);
      expect(await fixture.ledger.listPaymentAttempts(scope, id)).toEqual([
        {
          attempt: expect.objectContaining({ id: first, state: "SENDING", startedAtMs: 5_000 }),
          methodKind: 3,
          payoutStatus: undefined,
          reason: undefined,
          connectorPayoutId: undefined,
          updatedAtMs: fixture.clock.ms,
        },
      ]);
      await fixture.ledger.complete(first, unknown, durable);
      expect(await payments(id)).toEqual([[undefined, undefined, undefined]]);
      fixture.clock.ms += 5;
      await fixture.ledger.complete(
        first,
        done({ status: Status.PENDING, connectorPayoutId: "po_1" }),
        durable,
      );
      expect(await payments(id)).toEqual([[Status.PENDING, undefined, "po_1"]]);
      expect((await fixture.ledger.listPaymentAttempts(scope, id))[0]?.updatedAtMs).toBe(fixture.clock.ms);
      expect(await fixture.ledger.listPaymentAttempts({ ...scope, merchantId: "other" }, id)).toEqual([]);
    });

    it("have the method of whatever was sent last", async () => {
      const { id } = await made();
      const first = await paying(id, "transfer", 5_000);
      await fixture.ledger.complete(first, unknown, durable);
      const methodAfter = async (methodKind: number | undefined) => {
        fixture.clock.ms += 5;
        const lease = { owner: "two", untilMs: fixture.clock.ms + 1 };
        expect(await fixture.ledger.takeOver(first, lease, methodKind)).toBeDefined();
        fixture.clock.ms += 5;
        return (await fixture.ledger.listPaymentAttempts(scope, id))[0]?.methodKind;
      };
      expect(await methodAfter(undefined)).toBe(3);
      expect(await methodAfter(8)).toBe(8);
    });

    it("follow what is heard of the payout", async () => {
      const { id } = await made();
      const first = await paying(id);
      await fixture.ledger.complete(first, done({ status: Status.PENDING }), durable);
      await fixture.ledger.applyUpdate(id, { status: Status.SUCCESS, connectorPayoutId: "po_2" });
      expect(await payments(id)).toEqual([[Status.SUCCESS, undefined, "po_2"]]);
      await fixture.ledger.applyUpdate(id, { status: Status.REVERSED, reason: "PAYMENT_RETURNED" });
      expect(await payments(id)).toEqual([[Status.REVERSED, "PAYMENT_RETURNED", "po_2"]]);
      await fixture.ledger.applyUpdate(id, { status: Status.PENDING, reason: "BLOCKED" });
      expect(await payments(id)).toEqual([[Status.REVERSED, "PAYMENT_RETURNED", "po_2"]]);
    });

    it("that failed are told nothing of the next, but that their money moved after all", async () => {
      const { id } = await made();
      const failing = done({
        status: Status.FAILED,
        reason: "RECIPIENT_DECLINED",
        connectorPayoutId: "po_3",
      });
      await fixture.ledger.complete(await paying(id), failing, durable);
      await fixture.ledger.reopenLink(id, (await current(id)).version);
      await fixture.ledger.applyUpdate(id, {
        status: Status.REQUIRES_FULFILLMENT,
        connectorPayoutId: "acct_1",
      });
      expect(await payments(id)).toEqual([[Status.FAILED, "RECIPIENT_DECLINED", "po_3"]]);
      const second = await paying(id, "transfer", fixture.clock.ms + 1);
      await fixture.ledger.complete(second, done({ status: Status.PENDING }), durable);
      expect(await payments(id)).toEqual([
        [Status.FAILED, "RECIPIENT_DECLINED", "po_3"],
        [Status.PENDING, undefined, undefined],
      ]);
      const other = await made();
      await fixture.ledger.complete(await paying(other.id), failing, durable);
      await fixture.ledger.applyUpdate(other.id, { status: Status.SUCCESS });
      expect(await payments(other.id)).toEqual([[Status.SUCCESS, undefined, "po_3"]]);
    });

    it("are each told their own end, whatever the clock of the process that began them", async () => {
      const { id } = await made();
      await fixture.ledger.complete(
        await paying(id, "transfer", 9_000),
        done({ status: Status.FAILED }),
        durable,
      );
      await fixture.ledger.reopenLink(id, (await current(id)).version);
      const second = await paying(id, "transfer", 8_000);
      await fixture.ledger.complete(second, done({ status: Status.SUCCESS }), durable);
      const found = await fixture.ledger.listPaymentAttempts(scope, id);
      expect(found.map(({ attempt, payoutStatus }) => [attempt.id === second, payoutStatus])).toEqual([
        [true, Status.SUCCESS],
        [false, Status.FAILED],
      ]);
    });

    it("are written in one go with those that are recorded as ended", async () => {
      const { id, version } = await made();
      const failing = done({ status: Status.FAILED, reason: "INSUFFICIENT_FUNDS" });
      await fixture.ledger.record(
        anIntent({ operation: "transfer", payout: { id, version }, ...moment }),
        failing,
      );
      expect(await payments(id)).toEqual([[Status.FAILED, "INSUFFICIENT_FUNDS", undefined]]);
      const made2 = await fixture.ledger.record(anIntent({ operation: "create" }), failing);
      const payout = "payout" in made2 ? made2.payout : undefined;
      expect(await payments(payout?.id ?? "")).toEqual([[Status.FAILED, "INSUFFICIENT_FUNDS", undefined]]);
    });
  });
});
