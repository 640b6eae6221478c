import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Coverage, type RunFunction, startCoverage } from "./coverage.ts";
import type { Journey, JourneyName } from "./journeys.ts";
import type { JourneyStage } from "./stage.ts";

/** What one request of a journey passes. */
export interface Measured {
  readonly title: string;
  /** The main thread first, then that of the store. */
  readonly threads: readonly MeasuredThread[];
  /** Methods of the ledger, in the order in which they were called. */
  readonly trips: readonly string[];
  /** Those of the trips that are write transactions, whether or not they changed a row. */
  readonly writes: readonly string[];
}

/** The part of a journey that lies in one thread. */
export interface MeasuredThread {
  /** Files of `src` and `connectors` of which a function ran, with the number of such functions. */
  readonly files: Readonly<Record<string, number>>;
}

/** Measures every journey. */
export async function measureJourneys(): Promise<Readonly<Record<JourneyName, Measured>>> {
  const coverage = await startCoverage();
  // Only what is imported from here on is recorded from its first line.
  const { startStage } = await import("./stage.ts");
  const { journeys } = await import("./journeys.ts");
  const stage = await startStage();
  const measured: Record<string, Measured> = {};
  for (const [name, journey] of Object.entries(journeys))
    measured[name] = await measure(journey, stage, coverage);
  await stage.stop();
  coverage.stop();
  return measured as Record<JourneyName, Measured>;
}

/** The first request of a kind passes code that no later one does, so it is not among those that count. */
async function measure(journey: Journey, stage: JourneyStage, coverage: Coverage): Promise<Measured> {
  await (await journey.prepare(stage))();
  const runs: RunFunction[][] = [];
  for (let run = 0; run < RUNS; run++) runs.push(await observe(journey, stage, coverage));
  const trips = [...stage.trips];
  const [first = [], ...others] = runs;
  const keys = others.map((functions) => new Set(functions.map(keyOf)));
  const functions = first.filter((each) => keys.every((those) => those.has(keyOf(each))));
  const threads = [...new Set(functions.map(({ thread }) => thread))];
  return {
    title: journey.title,
    threads: threads.map((number) => ({
      files: byFile(functions.filter(({ thread }) => thread === number)),
    })),
    trips,
    writes: trips.filter((trip) => !reading.test(trip)),
  };
}

/** Sends one request, and leaves its trips in the stage. */
async function observe(journey: Journey, stage: JourneyStage, coverage: Coverage): Promise<RunFunction[]> {
  const send = await journey.prepare(stage);
  await setTimeout(AFTERMATH_MS);
  await coverage.take();
  stage.trips.length = 0;
  await send();
  await setTimeout(AFTERMATH_MS);
  return (await coverage.take()).filter(isCounted);
}

function keyOf({ thread, url, name, offset }: RunFunction): string {
  return `${thread} ${url} ${name} ${offset}`;
}

/** Only functions that run in each of several requests count, since a timer of the server's may fall into one of them. */
const RUNS = 3;

/** How long a server may still be busy with a request that it has answered. */
const AFTERMATH_MS = 100;

/** Methods of the ledger that write nothing. */
const reading = /^(find|list|ping)/;

const root = new URL("../../", import.meta.url).href;
const counted = /^(src\/(?!gen\/)|connectors\/)/;

/** A module's own code runs when it is imported, which is no part of a request. */
function isCounted({ url, name, offset }: RunFunction): boolean {
  const isModule = offset === 0 && name === "";
  return url.startsWith(root) && counted.test(pathOf(url)) && !isModule;
}

function pathOf(url: string): string {
  return fileURLToPath(url).slice(fileURLToPath(root).length);
}

function byFile(functions: readonly RunFunction[]): Readonly<Record<string, number>> {
  const files = Object.groupBy(functions, ({ url }) => pathOf(url));
  return Object.fromEntries(
    Object.entries(files)
      .map(([path, those = []]): [string, number] => [path, those.length])
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}
