import { expect, it } from "vitest";
import type { Told } from "../support/clients/clients.ts";
import type { ProviderFake, ProviderFault } from "../support/stages/provider-fake.ts";
import { newTestLink, notFailed, statusOf, type TestLink } from "./link.ts";
import type { ConformanceStage, Subject } from "./stage.ts";

/** Faults besides silence. A provider that says 429 has done nothing. */
export const faults: readonly ProviderFault[] = (["reset", "error500", "garbage", "cut"] as const)
  .flatMap((kind): ProviderFault[] => [
    { kind, when: "before" },
    { kind, when: "after" },
  ])
  .concat({ kind: "rateLimit", when: "before" });

/** Calls with a fault injected, which the call must meet. */
export async function withFault(
  fake: ProviderFake,
  fault: ProviderFault,
  call: () => Promise<Told>,
): Promise<Told> {
  fake.inject(fault);
  const told = await call();
  expect(fake.faultsLeft(), "faults that no call met").toBe(0);
  return told;
}

/** Declares the tests of lost, broken and failed replies. */
export function declareFaults(stage: () => ConformanceStage, subject: Subject): void {
  const newLink = () => newTestLink(stage(), subject);
  const fake = () => stage().fake(subject.name);

  it.each(faults)("makes one link when CreateLink meets $kind $when", async (fault) => {
    for (const method of await stage().methods(subject, "create")) {
      const link = newLink();
      notFailed(await withFault(fake(), { ...fault, method }, link.create));
      const made = await link.createAtLast();
      expect(statusOf(made), stage().output()).toBe("REQUIRES_PAYOUT_METHOD_DATA");
      expect(link.one().isLive).toBe(true);
      expect(made.reply).toMatchObject({ payout_link: { url: expect.stringMatching(/^http/) } });
    }
  });

  it.each(faults)("never calls a paid link anything else when Get meets $kind $when", async (fault) => {
    const link = newLink();
    await link.create();
    await link.claim();
    await link.pay();
    const told = await withFault(fake(), fault, link.get);
    if (told.reply) expect(["SUCCESS", "PENDING", "REQUIRES_PAYOUT_METHOD_DATA"]).toContain(statusOf(told));
    else expect(told.code).toMatch(/^(UNAVAILABLE|RESOURCE_EXHAUSTED)$/);
    expect(statusOf(await link.get())).toBe("SUCCESS");
  });

  if (!subject.connector.void) return;
  it.each(faults)("leaves no link open when Void meets $kind $when", async (fault) => {
    for (const method of await stage().methods(subject, "void")) {
      const link = newLink();
      await link.create();
      notFailed(await withFault(fake(), { ...fault, method }, link.void));
      expect(statusOf(await link.voidAtLast()), stage().output()).toBe("CANCELLED");
      expect(link.one().isLive).toBe(false);
    }
  });
}

/** Amounts of the sandbox's that meet a fault once: 500, silence, garbage, 429. */
const magicAmounts = [5001, 5002, 5003, 4429];

/** As {@link declareFaults}, for a connector that makes no calls, with magic amounts for the faults. */
export function declareMagicFaults(stage: () => ConformanceStage, subject: Subject): void {
  it.each(magicAmounts)("makes a link of %d at last, and pays and cancels it at last", async (amount) => {
    for (const end of ["SUCCESS", "CANCELLED"]) {
      const link = newTestLink(stage(), subject, amount);
      const first = await link.create();
      expect(first.code).toMatch(/^(UNAVAILABLE|RESOURCE_EXHAUSTED)$/);
      expect(statusOf(await link.createAtLast())).toBe("REQUIRES_PAYOUT_METHOD_DATA");
      expect(await link.isLive()).toBe(true);
      if (end === "CANCELLED") {
        notFailed(await link.void());
        expect(statusOf(await link.voidAtLast())).toBe(end);
      } else {
        await link.claim();
        await payAtLast(link);
      }
      expect(statusOf(await link.get())).toBe(end);
      expect(await link.isLive()).toBe(false);
    }
  });
}

/** The recipient gives their account again while they are told that it did not go through. */
async function payAtLast(link: TestLink): Promise<void> {
  const pay = async () => {
    await link.pay().catch(() => {});
    return statusOf(await link.get());
  };
  await expect.poll(pay, { timeout: 10_000 }).toBe("SUCCESS");
}
