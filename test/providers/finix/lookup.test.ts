import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Currency } from "../../../src/gen/types/money_pb.ts";
import { type FakeFinix, startFake } from "../../fakes/finix/fake.ts";
import type { StoredLink } from "../../fakes/finix/link-book.ts";
import { attemptKey, type FinixCalls, finixCalls } from "../../support/stages/finix-call.ts";

/** The link of an unanswered CreateLink is found in a list without filters. */
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const request = {
  amount: { minorAmount: 1000n, currency: Currency.USD },
  destinationCurrency: Currency.USD,
};

let fake: FakeFinix;
let calls: FinixCalls;
beforeEach(async () => {
  fake = await startFake();
  calls = finixCalls(fake);
});
afterEach(async () => {
  await calls.close();
  await fake.close();
});

/** Links of others, each a second older than the one before. */
function others(count: number, newestAgeMs: number): void {
  const newestMs = Date.now() - newestAgeMs;
  for (let index = 0; index < count; index++) newLink({ sluice_attempt: "another" }, newestMs - index * 1000);
}

function newLink(tags: Record<string, string>, createdAtMs = Date.now(), total_amount = 1000): StoredLink {
  const body = {
    amount_details: { total_amount, currency: "USD" },
    additional_details: { terms_of_service_url: "https://shop.example/terms", expiration_in_minutes: 10_080 },
    allowed_payout_operations: ["PUSH_TO_ACH" as const],
    tags,
  };
  return fake.books.links.make(body, createdAtMs);
}

const ours = { sluice_attempt: attemptKey };
const isLive = ({ id }: StoredLink) => fake.links().find((link) => link.id === id)?.isLive;
const reads = () => fake.requests().filter(({ method }) => method === "GET").length;
const unknown = { reason: "OUTCOME_UNKNOWN" };

describe("a link that was made", () => {
  it("is found behind a thousand newer ones, in either order", async () => {
    const startedAtMs = Date.now() - 60 * MINUTE_MS;
    const made = newLink(ours, startedAtMs);
    others(1000, 0);
    others(100, DAY_MS);
    for (const order of ["newest first", "oldest first"] as const) {
      fake.books.order = order;
      const found = await calls.lookup("createLink", request, { startedAtMs });
      expect(found, order).toMatchObject({
        connectorPayoutId: made.id,
        payoutLink: { url: `${fake.url}/pay/${made.code}` },
      });
    }
  });

  it("is found though Finix's clock is three quarters of an hour behind", async () => {
    others(60, 0);
    const made = newLink(ours, Date.now() - 45 * MINUTE_MS);
    others(60, 50 * MINUTE_MS);
    expect(await calls.lookup("createLink", request)).toMatchObject({ connectorPayoutId: made.id });
  });

  it("is taken even where there is more than can be read", async () => {
    const made = newLink(ours);
    others(5100, 1);
    const startedAtMs = Date.now() - DAY_MS;
    const found = await calls.lookup("createLink", request, { startedAtMs });
    expect(found).toMatchObject({ connectorPayoutId: made.id });
    expect(reads()).toBe(100);
  });

  it("is the only one of three that stays, and the same one at every look", async () => {
    const [second, first, third] = [5000, 9000, 1000].map((ageMs) => newLink(ours, Date.now() - ageMs));
    const bystander = newLink({ sluice_attempt: "another" });
    for (const _ of ["once", "again"]) {
      expect(await calls.lookup("createLink", request)).toMatchObject({ connectorPayoutId: first?.id });
    }
    expect([second, third].map((link) => link && isLive(link))).toEqual([false, false]);
    expect([first, bystander].map((link) => link && isLive(link))).toEqual([true, true]);
  });

  it("stays where it is being paid, and the older one is deactivated", async () => {
    const older = newLink(ours, Date.now() - 9000);
    const claimed = newLink(ours);
    fake.claim(claimed.id);
    expect(await calls.lookup("createLink", request)).toMatchObject({ connectorPayoutId: claimed.id });
    expect(isLive(older)).toBe(false);
    expect(isLive(claimed)).toBe(true);
  });

  it("is told of to the operator where two are being paid", async () => {
    for (const link of [newLink(ours), newLink(ours)]) fake.claim(link.id);
    await calls.lookup("createLink", request);
    expect(calls.warnings).toEqual([expect.stringContaining("second link")]);
  });

  it("has no outcome until a second one is certainly closed", async () => {
    const first = newLink(ours, Date.now() - 9000);
    const second = newLink(ours);
    for (const kind of ["reset", "error500", "garbage", "cut"] as const) {
      fake.inject({ kind, when: "before", method: "PUT" });
      await expect(calls.lookup("createLink", request), kind).rejects.toMatchObject(unknown);
      expect([first, second].map(isLive), kind).toEqual([true, true]);
    }
    expect(await calls.lookup("createLink", request)).toMatchObject({ connectorPayoutId: first.id });
    expect(isLive(second)).toBe(false);
  });

  it("for another amount is neither taken nor closed", async () => {
    const foreign = newLink(ours, Date.now(), 2000);
    await expect(calls.lookup("createLink", request)).rejects.toMatchObject({
      reason: "PAYOUT_NEEDS_REVIEW",
    });
    const made = newLink(ours);
    expect(await calls.lookup("createLink", request)).toMatchObject({ connectorPayoutId: made.id });
    expect(isLive(foreign)).toBe(true);
  });
});

describe("that nothing was made", () => {
  it("is known when the list goes back beyond the attempt's beginning, without reading all of it", async () => {
    others(60, 0);
    others(500, 2 * 60 * MINUTE_MS);
    expect(await calls.lookup("createLink", request)).toBeUndefined();
    expect(reads()).toBe(2);
  });

  it("is known only at the end of a list that shows the oldest first", async () => {
    fake.books.order = "oldest first";
    others(500, DAY_MS);
    expect(await calls.lookup("createLink", request)).toBeUndefined();
    expect(reads()).toBe(10);
  });

  it("is not known where the list is longer than can be read", async () => {
    others(5001, 1);
    const startedAtMs = Date.now() - DAY_MS;
    await expect(calls.lookup("createLink", request, { startedAtMs })).rejects.toMatchObject(unknown);
    expect(reads()).toBe(100);
  });

  it.each(["reset", "error500", "garbage", "cut"] as const)("is not known after %s", async (kind) => {
    others(60, 0);
    fake.inject({ kind, when: "after", method: "GET" });
    await expect(calls.lookup("createLink", request)).rejects.toMatchObject({
      reason: "PROVIDER_UNAVAILABLE",
    });
  });
});
