import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callGrpcJs } from "../support/clients/clients.ts";
import { quick } from "../support/service/service.ts";
import { type Misbehaving, startMisbehaving } from "../support/stages/misbehaving-service.ts";
import { describeEngines, type Store } from "../support/stores/engines.ts";

/** Calls that meet each other in the middle, and stores that fail there. */
describeEngines((newStore, engine) => {
  let store: Store;
  let misbehaving: Misbehaving;

  beforeAll(async () => {
    store = await newStore();
    misbehaving = await startMisbehaving(store);
  });
  afterAll(async () => {
    await misbehaving.stop();
    store.remove();
  });

  it("does not cancel a link that is being paid", async () => {
    const { provider, call } = misbehaving;
    await call("createLink", "void-race");
    const payment = provider.hold("POST /payments");
    const transfer = call("transfer", "void-race");
    const held = await payment;
    expect(await call("void", "void-race")).toMatchObject({ code: "ABORTED" });
    held.answer();
    expect((await transfer).reply).toMatchObject({ payout_status: "PENDING" });
    expect((await call("get", "void-race")).reply).toMatchObject({ payout_status: "PENDING" });
  });

  it("does not pay a link that was cancelled while the payment was prepared", async () => {
    const { provider, call } = misbehaving;
    await call("createLink", "void-first");
    const before = provider.posts.length;
    const lookup = provider.hold("GET /recipient");
    const transfer = call("transfer", "void-first");
    const held = await lookup;
    expect((await call("void", "void-first")).reply).toMatchObject({ payout_status: "CANCELLED" });
    held.answer();
    expect(await transfer).toMatchObject({ code: "FAILED_PRECONDITION" });
    expect(provider.posts).toHaveLength(before);
  });

  it("does not let a link run out that is being paid", async () => {
    const { provider, call } = misbehaving;
    await call("createLink", "expiry-race");
    const payment = provider.hold("POST /payments");
    const transfer = call("transfer", "expiry-race");
    const held = await payment;
    await store.change("update payout set link_expires_at_ms = 1 where merchant_payout_id = 'expiry-race'");
    expect((await call("get", "expiry-race")).reply).not.toMatchObject({ payout_status: "EXPIRED" });
    held.answer();
    expect((await transfer).reply).toMatchObject({ payout_status: "PENDING" });
    expect((await call("get", "expiry-race")).reply).toMatchObject({ payout_status: "PENDING" });
  });

  it("does not end a payout that is being paid because of what the provider says of its recipient", async () => {
    const { provider, call } = misbehaving;
    await call("createRecipient", "end-race");
    const payment = provider.hold("POST /payments");
    const transfer = call("transfer", "end-race");
    const held = await payment;
    provider.answerWith("GET /standing", { status: 200, body: { id: "recipient_end", status: "canceled" } });
    expect((await call("get", "end-race")).reply).not.toMatchObject({ payout_status: "CANCELLED" });
    provider.heal();
    held.answer();
    expect((await transfer).reply).toMatchObject({ payout_status: "PENDING" });
    expect((await call("get", "end-race")).reply).toMatchObject({ payout_status: "PENDING" });
  });

  it("does not take a payment back because of an answer from before it", async () => {
    const { provider, call } = misbehaving;
    await call("createRecipient", "stale");
    const standing = provider.hold("GET /standing");
    const get = call("get", "stale");
    const held = await standing;
    expect((await call("transfer", "stale")).reply).toMatchObject({ payout_status: "PENDING" });
    held.answer({ status: 200, body: { id: "recipient_stale", status: "ready" } });
    expect((await get).reply).toMatchObject({ payout_status: "PENDING" });
    const before = provider.payments();
    expect(await call("create", "stale")).toMatchObject({ code: "FAILED_PRECONDITION" });
    expect(provider.payments()).toBe(before);
  });

  it("leaves an attempt alone that took long to begin", async () => {
    const { provider, call, callSecond } = misbehaving;
    const lookup = provider.hold("GET /recipient");
    const transfer = call("transfer", "slow-start");
    const held = await lookup;
    // Longer than a lease lasts.
    await delay(quick.leaseMs + 200);
    const payment = provider.hold("POST /payments");
    held.answer();
    const paying = await payment;
    const before = provider.posts.length;
    expect(await callSecond("transfer", "slow-start")).toMatchObject({ code: "ABORTED" });
    expect(provider.posts).toHaveLength(before);
    paying.answer();
    expect((await transfer).reply).toMatchObject({ payout_status: "PENDING" });
  });

  describe("when the store fails", () => {
    const breakStore = () => store.change("alter table attempt rename to attempt_away");
    const mendStore = () => store.change("alter table attempt_away rename to attempt");

    it("before anything was sent, says that the call may be repeated, and sends nothing", async () => {
      const { provider, call, callUntilAnswered } = misbehaving;
      const before = provider.payments();
      const lookup = provider.hold("GET /recipient");
      const transfer = call("transfer", "open-fails");
      const held = await lookup;
      await breakStore();
      held.answer();
      // To SQLite it is a failure of the file, to PostgreSQL a mistake of ours.
      const reason = engine === "SQLite" ? "LEDGER_UNAVAILABLE" : "INTERNAL";
      expect(await transfer).toMatchObject({ reason });
      await mendStore();
      expect(provider.payments()).toBe(before);
      expect((await callUntilAnswered("transfer", "open-fails")).reply).toMatchObject({
        payout_status: "PENDING",
      });
    });

    it("after the payment, finds it again when the call is repeated, however busy the process is", async () => {
      const { provider, call, callUntilAnswered } = misbehaving;
      const payment = provider.hold("POST /payments");
      const transfer = call("transfer", "settle-fails");
      const held = await payment;
      const key = provider.posts.at(-1)?.key ?? "";
      await breakStore();
      held.answer();
      expect(await transfer).toMatchObject({ code: "UNAVAILABLE", reason: "OUTCOME_UNKNOWN" });
      await mendStore();
      const busy = keepBusy();
      expect((await callUntilAnswered("transfer", "settle-fails")).reply).toMatchObject({
        payout_status: "PENDING",
        connector_payout_id: `payment_${key.slice(0, 8)}`,
      });
      await busy.end();
    }, 60_000);
  });

  /** Always one call at work, none of them for long, as in any process that is used. */
  function keepBusy() {
    let isOver = false;
    const work = (async () => {
      for (let number = 0; !isOver && number < 1000; number++) {
        const { provider, call } = misbehaving;
        const lookup = provider.hold("GET /recipient");
        const transfer = call("transfer", `busy-${number}`);
        const held = await lookup;
        await delay(900);
        held.answer();
        await transfer;
      }
    })();
    return {
      end: () => {
        isOver = true;
        return work;
      },
    };
  }

  it("does not take one payout's cancellation for another's that has the same idempotency-key", async () => {
    const { call, service } = misbehaving;
    for (const id of ["void-one", "void-two"]) await call("createRecipient", id);
    const cancel = (id: string) =>
      callGrpcJs(service, {
        rpc: "void",
        headers: { "x-connector": "misbehaving", "idempotency-key": "void-key" },
        body: { merchant_payout_id: id },
      });
    expect((await cancel("void-one")).reply).toMatchObject({ payout_status: "CANCELLED" });
    expect(await cancel("void-two")).toMatchObject({
      code: "INVALID_ARGUMENT",
      reason: "IDEMPOTENCY_KEY_REUSED",
      message: expect.stringContaining("merchant_payout_id"),
    });
  });
});
