import { expect, it } from "vitest";
import { send } from "../support/stages/link-ways.ts";
import { faults, withFault } from "./faults.ts";
import { newTestLink, notFailed, statusOf, type TestLink } from "./link.ts";
import type { ConformanceStage, Subject } from "./stage.ts";

/** Declares the tests of links that Transfer, or the returning recipient, begins to pay: the payment is made once. */
export function declareTransfers(stage: () => ConformanceStage, subject: Subject): void {
  const fake = () => stage().fake(subject.name);
  const claimedLink = async (): Promise<TestLink> => {
    const link = newTestLink(stage(), subject);
    await link.create();
    await link.claim();
    return link;
  };

  it("pays no recipient who has not given their details", async () => {
    const link = newTestLink(stage(), subject);
    await link.create();
    expect((await link.transfer()).reply?.payout_status).not.toBe("PENDING");
    expect(link.one()).toMatchObject({ isLive: true, paymentCount: 0 });
    await link.claim();
    await link.pay();
    expect(statusOf(await link.get())).toBe("SUCCESS");
  });

  it("pays a recipient who comes back to their link, whom Transfer then does not pay again", async () => {
    const link = await claimedLink();
    await send(link.url(), "refresh", 303);
    expect(link.one()).toMatchObject({ isLive: false, paymentCount: 1 });
    expect(statusOf(await link.transferAtLast())).toBe("PENDING");
    expect(link.one().paymentCount).toBe(1);
  });

  it("pays once when Transfer, Get and the recipient come at once", async () => {
    const link = await claimedLink();
    const ways = [link.transfer, link.get, () => send(link.url(), "refresh", 303)];
    await Promise.all(Array.from({ length: 18 }, (_, index) => ways[index % ways.length]?.()));
    expect(statusOf(await link.transferAtLast())).toBe("PENDING");
    expect(link.one().paymentCount).toBe(1);
  });

  it.each(faults)("pays once when Transfer meets $kind $when", async (fault) => {
    for (const method of await stage().methods(subject, "transfer")) {
      const link = await claimedLink();
      notFailed(await withFault(fake(), { ...fault, method }, link.transfer));
      expect(statusOf(await link.transferAtLast()), stage().output()).toBe("PENDING");
      expect(link.one().paymentCount).toBe(1);
      await link.pay();
      expect(statusOf(await link.get())).toBe("SUCCESS");
    }
  });
}
