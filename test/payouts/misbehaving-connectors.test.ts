import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { type Misbehaving, startMisbehaving } from "../support/stages/misbehaving-service.ts";
import { describeEngines, type Store } from "../support/stores/engines.ts";

/** Connectors that break, and providers whose answers say nothing. */
describeEngines((newStore) => {
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

  afterEach(() => misbehaving.provider.heal());

  const lost = { status: 500, body: {} };

  it("forgets what a connector broke before anything was sent", async () => {
    const { provider, call } = misbehaving;
    const before = provider.payments();
    const broken = await call("transfer", "break-before", { description: "break before" });
    expect(broken).toMatchObject({ code: "INTERNAL", message: expect.not.stringContaining("payment") });
    expect(provider.payments()).toBe(before);
    expect((await call("transfer", "break-before")).reply).toMatchObject({ payout_status: "PENDING" });
  });

  it.each(["break after", "garbage"])(
    "says that nobody knows, after %s of the payment",
    async (description) => {
      const { provider, call } = misbehaving;
      const before = provider.payments();
      for (let round = 0; round < 2; round++) {
        const told = await call("transfer", description, { description });
        expect(told).toMatchObject({ code: "UNAVAILABLE", reason: "OUTCOME_UNKNOWN" });
      }
      expect((await call("get", description)).reply).toMatchObject({ payout_status: "PENDING" });
      expect(provider.payments()).toBe(before + 1);
    },
  );

  it("takes a payment in a status that nobody has seen before for one that is under way", async () => {
    const { provider, call } = misbehaving;
    await call("createRecipient", "novel");
    provider.answerWith("POST /payments", { status: 200, body: { id: "payment_1", status: "novel" } });
    const told = await call("create", "novel");
    expect(told.reply).toMatchObject({ status_code: 200 });
    expect(["PAYOUT_STATUS_UNSPECIFIED", "PENDING", undefined]).toContain(told.reply?.payout_status);
    const before = provider.payments();
    expect(await call("transfer", "novel")).toMatchObject({ code: "FAILED_PRECONDITION" });
    expect(provider.payments()).toBe(before);
  });

  it("does not take a lookup that is refused for the end of a payment that may have been made", async () => {
    const { provider, call } = misbehaving;
    const before = provider.payments();
    provider.answerWith("POST /payments", lost);
    expect(await call("transfer", "lookup")).toMatchObject({ reason: "OUTCOME_UNKNOWN" });
    provider.heal();
    provider.answerWith("GET /recipient", { status: 404, body: { code: "gone", message: "Not here." } });
    const refused = await call("transfer", "lookup");
    expect(refused.reply).toMatchObject({ payout_status: "PENDING", status_code: 404 });
    expect((await call("get", "lookup")).reply).toMatchObject({ payout_status: "PENDING" });
    provider.heal();
    expect((await call("transfer", "lookup")).reply).toMatchObject({ status_code: 200 });
    expect(provider.payments()).toBe(before + 1);
  });

  it("leaves to people what the provider may no longer know for a repeat", async () => {
    const { provider, call } = misbehaving;
    provider.answerWith("POST /payments", lost);
    expect(await call("transfer", "old")).toMatchObject({ reason: "OUTCOME_UNKNOWN" });
    provider.heal();
    const almostADay = Date.now() - 23.5 * 60 * 60 * 1000;
    await store.change(`update attempt set started_at_ms = ${almostADay} where identity = 'merchant:old'`);
    const begin = provider.posts.length;
    expect(await call("transfer", "old")).toMatchObject({
      code: "FAILED_PRECONDITION",
      reason: "PAYOUT_NEEDS_REVIEW",
    });
    expect(provider.posts).toHaveLength(begin);
  });

  it("sends the same again, to the byte", async () => {
    const { provider, call } = misbehaving;
    await call("createRecipient", "same");
    const begin = provider.posts.length;
    provider.answerWith("POST /payments", lost);
    expect(await call("transfer", "same")).toMatchObject({ reason: "OUTCOME_UNKNOWN" });
    provider.heal();
    expect((await call("transfer", "same")).reply).toMatchObject({ payout_status: "PENDING" });
    const sent = provider.posts.slice(begin);
    expect(sent.length).toBeGreaterThan(1);
    expect(new Set(sent.map(({ key, body }) => `${key} ${body}`)).size).toBe(1);
  });

  it("holds later steps to the amount that the first one named", async () => {
    const { provider, call } = misbehaving;
    await call("createRecipient", "amounts");
    provider.answerWith("POST /payments", { status: 200, body: { id: "payment_2", status: "ready" } });
    expect((await call("create", "amounts")).reply).toMatchObject({ payout_status: "REQUIRES_FULFILLMENT" });
    const before = provider.posts.length;
    const other = { amount: { minor_amount: "2000", currency: "USD" } };
    expect(await call("transfer", "amounts", other)).toMatchObject({ code: "ALREADY_EXISTS" });
    expect(provider.posts).toHaveLength(before);
  });

  it("does not hold a payout up for a rate limit that was met before anything was sent", async () => {
    const { provider, call } = misbehaving;
    await call("createLink", "limited");
    provider.answerWith("GET /recipient", { status: 429, body: {} });
    expect(await call("transfer", "limited")).toMatchObject({ code: "RESOURCE_EXHAUSTED" });
    expect((await call("void", "limited")).reply).toMatchObject({ payout_status: "CANCELLED" });
  });

  it("shows no open link for a payout whose link was refused", async () => {
    const { call } = misbehaving;
    const refused = await call("createLink", "refused-link", { description: "refuse" });
    expect(refused.reply).toMatchObject({ payout_status: "FAILED" });
    expect(refused.reply?.payout_link).toBeUndefined();
    expect((await call("get", "refused-link")).reply).toMatchObject({
      payout_status: "FAILED",
      payout_link: { state: "LINK_STATE_CANCELLED" },
    });
  });

  it("lets a payout begin whose recipient was refused", async () => {
    const { provider, call } = misbehaving;
    provider.answerWith("POST /recipients", { status: 400, body: { code: "bad", message: "Bad." } });
    const refused = await call("createRecipient", "recipient");
    expect(refused.reply).toMatchObject({ status_code: 400 });
    expect((await call("create", "recipient")).reply).toMatchObject({ payout_status: "PENDING" });
  });
});
