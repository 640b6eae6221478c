import { expect } from "vitest";
import type { Told } from "../support/clients/clients.ts";
import type { ProviderFault } from "../support/stages/provider-fake.ts";
import type { Store } from "../support/stores/engines.ts";
import { newTestLink, notFailed, statusOf, type TestLink } from "./link.ts";
import { type ConformanceStage, type Subject, startConformance } from "./stage.ts";

/** Checks every connector with a provider against timeouts, on a service of its own. */
export async function checkTimeouts(subjects: readonly Subject[], store: Store): Promise<void> {
  const stage = await startConformance(subjects, store);
  try {
    const calling = subjects.filter(({ startFake }) => startFake);
    await Promise.all(calling.map((subject) => checkTimeoutsOf(stage, subject)));
  } finally {
    await stage.stop();
    store.remove();
  }
}

const moments = ["before", "after"] as const;

/** An operation that gets no answer, and the check of its links once the outcome is known. */
interface Unanswered {
  /** The request that is not answered. */
  readonly method: string;
  readonly links: readonly TestLink[];
  call(link: TestLink): Promise<Told>;
  verify(link: TestLink): Promise<void>;
}

/** Several calls wait at once, each with its own fault: one request has arrived before the next is sent. */
async function checkTimeoutsOf(stage: ConformanceStage, subject: Subject): Promise<void> {
  const fake = stage.fake(subject.name);
  const unanswered = await Promise.all([
    unansweredCreate(stage, subject),
    ...(subject.connector.void ? [unansweredVoid(stage, subject)] : []),
    ...(subject.way.isPaidByTransfer ? [unansweredTransfer(stage, subject)] : []),
  ]);
  const waiting: Promise<Told>[] = [];
  const injectAndCall = async (when: ProviderFault["when"], method: string, call: () => Promise<Told>) => {
    fake.inject({ kind: "timeout", when, method });
    const before = fake.requests().length;
    waiting.push(call());
    await expect
      .poll(() =>
        fake
          .requests()
          .slice(before)
          .some((each) => each.method === method),
      )
      .toBe(true);
  };
  for (const { method, links, call } of unanswered)
    for (const [index, when] of moments.entries())
      await injectAndCall(when, method, () => call(links[index] as TestLink));
  for (const told of await Promise.all(waiting)) notFailed(told);
  expect(fake.faultsLeft(), "faults that no call met").toBe(0);
  for (const { links, verify } of unanswered) for (const link of links) await verify(link);
}

async function unansweredCreate(stage: ConformanceStage, subject: Subject): Promise<Unanswered> {
  return {
    method: "POST",
    links: moments.map(() => newTestLink(stage, subject)),
    call: (link) => link.create(),
    async verify(link) {
      expect(statusOf(await link.createAtLast())).toBe("REQUIRES_PAYOUT_METHOD_DATA");
      expect(link.one().isLive).toBe(true);
    },
  };
}

async function unansweredVoid(stage: ConformanceStage, subject: Subject): Promise<Unanswered> {
  const links = moments.map(() => newTestLink(stage, subject));
  for (const link of links) await link.create();
  return {
    method: (await stage.methods(subject, "void")).at(-1) as string,
    links,
    call: (link) => link.void(),
    async verify(link) {
      expect(statusOf(await link.voidAtLast())).toBe("CANCELLED");
      expect(link.one().isLive).toBe(false);
    },
  };
}

async function unansweredTransfer(stage: ConformanceStage, subject: Subject): Promise<Unanswered> {
  const links = moments.map(() => newTestLink(stage, subject));
  for (const link of links) {
    await link.create();
    await link.claim();
  }
  return {
    method: (await stage.methods(subject, "transfer")).at(-1) as string,
    links,
    call: (link) => link.transfer(),
    async verify(link) {
      expect(statusOf(await link.transferAtLast())).toBe("PENDING");
      expect(link.one().paymentCount).toBe(1);
    },
  };
}
