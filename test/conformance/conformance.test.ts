import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeEngines, type Store } from "../support/stores/engines.ts";
import { declareFaults, declareMagicFaults } from "./faults.ts";
import { newTestLink, statusOf } from "./link.ts";
import { type ConformanceStage, conformanceSubjects, type Subject, startConformance } from "./stage.ts";
import { checkTimeouts } from "./timeouts.ts";
import { declareTransfers } from "./transfers.ts";
import { declareWebhooks } from "./webhooks.ts";

/**
 * The promises of every connector, whatever its provider, driven through the real service against the provider's fake. The
 * worst outcomes are two links that could both be paid, and a paid link that is reported as failed. A connector that makes
 * no calls has no requests to lose or to count, and no webhook: its links are driven by their page.
 */
const subjects = await conformanceSubjects();

describeEngines((newStore) => {
  let store: Store;
  let stage: ConformanceStage;
  /** Runs beside the other tests, because each timeout of a silent provider takes ten seconds. */
  let timeouts: Promise<unknown>;

  beforeAll(async () => {
    store = await newStore();
    stage = await startConformance(subjects, store);
    timeouts = checkTimeouts(subjects, await newStore()).catch((error: unknown) => error);
  });
  afterAll(async () => {
    await timeouts;
    await stage.stop();
    store.remove();
  });

  describe.each(subjects)("$name", (subject) => {
    const { connector, way, startFake } = subject;
    const theStage = () => stage;
    declareLifeCycle(theStage, subject);
    declareEndings(theStage, subject);
    if (connector.void) declareVoid(theStage, subject);
    else declareNoVoid(theStage, subject);
    if (way.clock === "provider") declareProviderExpiry(theStage, subject);
    else declareOwnExpiry(theStage, subject);
    if (way.isPaidByTransfer) declareTransfers(theStage, subject);
    if (startFake) declareFaults(theStage, subject);
    else declareMagicFaults(theStage, subject);
    if (connector.webhook) declareWebhooks(theStage, subject, connector.webhook);
  });

  it("resolves the outcome at a provider that did not answer", { timeout: 60_000 }, async () => {
    expect(await timeouts).toBeUndefined();
  });
});

function declareLifeCycle(stage: () => ConformanceStage, subject: Subject): void {
  const { way, startFake } = subject;

  it("makes a link that its recipient claims and is paid by", async () => {
    const link = newTestLink(stage(), subject);
    const made = await link.create();
    expect(made.reply).toMatchObject({
      payout_status: "REQUIRES_PAYOUT_METHOD_DATA",
      payout_link: { url: expect.stringMatching(/^https?:\/\//), state: "LINK_STATE_ACTIVE" },
    });
    expect(await link.isLive()).toBe(true);
    expect(statusOf(await link.get())).toBe("REQUIRES_PAYOUT_METHOD_DATA");
    await link.claim();
    expect(way.claimed).toContain(statusOf(await link.get()));
    await link.pay();
    expect(statusOf(await link.get())).toBe("SUCCESS");
    expect(await link.isLive()).toBe(false);
  });

  it("answers a repeat with the first reply, and fifty at once with one link", async () => {
    const link = newTestLink(stage(), subject);
    const first = await link.create();
    const repeated = await link.create();
    expect(repeated.reply).toEqual(first.reply);
    expect(repeated.trailers["idempotent-replayed"]).toBe("true");
    const crowd = newTestLink(stage(), subject);
    const told = await Promise.all(Array.from({ length: 50 }, crowd.create));
    const last = await crowd.createAtLast();
    expect(last.reply).toMatchObject({ status_code: 200 });
    for (const { reply } of told) if (reply) expect(reply).toEqual(last.reply);
    if (startFake) expect([link.there().length, crowd.there().length]).toEqual([1, 1]);
  });
}

function declareEndings(stage: () => ConformanceStage, subject: Subject): void {
  it("lets a recipient whose payment failed try again, where the provider does", async () => {
    const link = newTestLink(stage(), subject);
    await link.create();
    await link.claim();
    await link.get();
    await link.fail();
    const told = await link.get();
    const isLive = await link.isLive();
    if (subject.way.clock === "provider" && statusOf(told) === "FAILED") {
      expect(isLive, "a link that can still be claimed has not failed").toBe(false);
      return;
    }
    expect(told.reply).toMatchObject(subject.way.failed);
    if (subject.way.clock === "ours") expect(isLive).toBe(true);
    await link.claimAgain();
    await link.pay();
    expect(statusOf(await link.get())).toBe("SUCCESS");
  });

  it("says that a link has expired", async () => {
    const link = newTestLink(stage(), subject);
    await link.create();
    await link.expire();
    expect(statusOf(await link.get())).toBe("EXPIRED");
  });
}

function declareVoid(stage: () => ConformanceStage, subject: Subject): void {
  it("cancels a link", async () => {
    const link = newTestLink(stage(), subject);
    await link.create();
    expect(statusOf(await link.void())).toBe("CANCELLED");
    expect(await link.isLive()).toBe(false);
    expect(statusOf(await link.void())).toBe("CANCELLED");
    expect(statusOf(await link.get())).toBe("CANCELLED");
  });

  it("does not call a paid link cancelled", async () => {
    const link = newTestLink(stage(), subject);
    await link.create();
    await link.claim();
    await link.pay();
    expect(statusOf(await link.void())).not.toBe("CANCELLED");
    expect(statusOf(await link.get())).toBe("SUCCESS");
  });
}

function declareNoVoid(stage: () => ConformanceStage, subject: Subject): void {
  it("says that it has no Void", async () => {
    const link = newTestLink(stage(), subject);
    await link.create();
    const told = await link.void();
    expect(told).toMatchObject({ code: "UNIMPLEMENTED", reason: "UNSUPPORTED_OPERATION" });
    expect(told.message).toContain(`${subject.name} does not support Void`);
    expect(told.message).toContain("It supports: ");
  });
}

function declareProviderExpiry(stage: () => ConformanceStage, subject: Subject): void {
  it("does not say by its own clock that a link has expired which can still be claimed", async () => {
    const link = newTestLink(stage(), subject);
    await link.create();
    await stage().outlive(link.id);
    expect((await link.get()).reply).toMatchObject({
      payout_status: "REQUIRES_PAYOUT_METHOD_DATA",
      payout_link: { state: "LINK_STATE_ACTIVE" },
    });
    await link.claim();
    await link.pay();
    expect(statusOf(await link.get())).toBe("SUCCESS");
  });
}

function declareOwnExpiry(stage: () => ConformanceStage, subject: Subject): void {
  it("pays nothing to a recipient who comes after a link has expired", async () => {
    const link = newTestLink(stage(), subject);
    await link.create();
    await link.claim();
    await link.expire();
    await expect(link.pay()).rejects.toThrow(/^(Transfer was told|The page has no form)/);
    expect(statusOf(await link.get())).toBe("EXPIRED");
    if (subject.startFake) expect(link.one().paymentCount).toBe(0);
  });

  it("does not report a link that was paid in time as expired", async () => {
    const link = newTestLink(stage(), subject);
    await link.create();
    await link.claim();
    await link.pay();
    await link.expire();
    expect(statusOf(await link.get())).toBe("SUCCESS");
  });
}
