import { expect } from "vitest";
import type { Told } from "../support/clients/clients.ts";
import type { ProviderFault } from "../support/stages/provider-fake.ts";
import type { Store } from "../support/stores/engines.ts";
import { notFailed, statusOf } from "./answers.ts";
import { newTestLink, type TestLink } from "./link.ts";
import { type ConformanceStage, type Subject, startConformance } from "./stage.ts";

/** Has every connector that has a provider meet its silence, on a service of its own. */
export async function meetSilence(subjects: readonly Subject[], store: Store): Promise<void> {
  const stage = await startConformance(subjects, store);
  try {
    const talking = subjects.filter(({ startFake }) => startFake);
    await Promise.all(talking.map((subject) => meetSilenceOf(stage, subject)));
  } finally {
    await stage.stop();
    store.remove();
  }
}

const moments = ["before", "after"] as const;

/** What falls silent, and what must be true of its link once somebody can say what happened. */
interface Silenced {
  /** The request that is not answered. */
  readonly method: string;
  readonly links: readonly TestLink[];
  call(link: TestLink): Promise<Told>;
  settle(link: TestLink): Promise<void>;
}

/** Several calls wait at once, each struck alone: one is on its way before the next is sent. */
async function meetSilenceOf(stage: ConformanceStage, subject: Subject): Promise<void> {
  const fake = stage.fake(subject.name);
  const silenced = await Promise.all([
    silencedCreate(stage, subject),
    ...(subject.connector.void ? [silencedVoid(stage, subject)] : []),
    ...(subject.way.isPaidByTransfer ? [silencedTransfer(stage, subject)] : []),
  ]);
  const waiting: Promise<Told>[] = [];
  const strike = async (when: ProviderFault["when"], method: string, call: () => Promise<Told>) => {
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
  for (const { method, links, call } of silenced)
    for (const [index, when] of moments.entries())
      await strike(when, method, () => call(links[index] as TestLink));
  for (const told of await Promise.all(waiting)) notFailed(told);
  expect(fake.faultsLeft(), "faults that struck nothing").toBe(0);
  for (const { links, settle } of silenced) for (const link of links) await settle(link);
}

async function silencedCreate(stage: ConformanceStage, subject: Subject): Promise<Silenced> {
  return {
    method: "POST",
    links: moments.map(() => newTestLink(stage, subject)),
    call: (link) => link.create(),
    async settle(link) {
      expect(statusOf(await link.createAtLast())).toBe("REQUIRES_PAYOUT_METHOD_DATA");
      expect(link.one().isLive).toBe(true);
    },
  };
}

async function silencedVoid(stage: ConformanceStage, subject: Subject): Promise<Silenced> {
  const links = moments.map(() => newTestLink(stage, subject));
  for (const link of links) await link.create();
  return {
    method: (await stage.methods(subject, "void")).at(-1) as string,
    links,
    call: (link) => link.void(),
    async settle(link) {
      expect(statusOf(await link.voidAtLast())).toBe("CANCELLED");
      expect(link.one().isLive).toBe(false);
    },
  };
}

async function silencedTransfer(stage: ConformanceStage, subject: Subject): Promise<Silenced> {
  const links = moments.map(() => newTestLink(stage, subject));
  for (const link of links) {
    await link.create();
    await link.claim();
  }
  return {
    method: (await stage.methods(subject, "transfer")).at(-1) as string,
    links,
    call: (link) => link.transfer(),
    async settle(link) {
      expect(statusOf(await link.transferAtLast())).toBe("PENDING");
      expect(link.one().paymentCount).toBe(1);
    },
  };
}
