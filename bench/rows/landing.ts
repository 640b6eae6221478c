import { setTimeout } from "node:timers/promises";
import { percentileOf } from "../percentile.ts";
import { headersOf, makeLinks, manyRecipients } from "../recipient.ts";
import type { Row } from "../row.ts";

const PER_SECOND = 200;
const SECONDS = 15;
const LINKS = 200;

/** The page that a recipient sees first, opened 200 times a second, whether or not the ones before have been answered. */
export const landing: Row = async (workshop) => {
  await using service = await workshop.startSluice(manyRecipients);
  const links = await makeLinks(service.url, LINKS);
  const open = async (number: number) => {
    const startedAt = performance.now();
    const reply = await fetch(links[number % LINKS] as string, { headers: headersOf(number) });
    const page = await reply.text();
    if (reply.status !== 200) throw new Error(`A page answered ${reply.status}.`);
    return { ms: performance.now() - startedAt, bytes: Buffer.byteLength(page) };
  };
  await everySoOften(PER_SECOND * 2, open);
  const seen = await everySoOften(PER_SECOND * SECONDS, open);
  const times = seen.map(({ ms }) => ms);
  return [
    {
      what: `Landing page, ${PER_SECOND} a second, p99`,
      unit: "ms",
      ours: percentileOf(times, 99),
      target: { of: "value", atMost: 15 },
    },
    { what: `Landing page, ${PER_SECOND} a second, p50`, unit: "ms", ours: percentileOf(times, 50) },
    {
      what: "Landing page without images",
      unit: "KB",
      ours: Math.max(...seen.map(({ bytes }) => bytes)) / 1024,
      target: { of: "value", atMost: 50 },
    },
  ];
};

/** Begins something at the times that the rate gives, and waits for all of it. */
async function everySoOften<T>(count: number, begin: (number: number) => Promise<T>): Promise<readonly T[]> {
  const startedAt = performance.now();
  const begun: Promise<T>[] = [];
  for (let number = 0; number < count; number++) {
    const waitMs = startedAt + (1000 * number) / PER_SECOND - performance.now();
    if (waitMs > 1) await setTimeout(waitMs);
    begun.push(begin(number));
  }
  return Promise.all(begun);
}
