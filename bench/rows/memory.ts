import { setTimeout } from "node:timers/promises";
import { measureLoad } from "../measured-load.ts";
import type { MeasuredProcess } from "../measured-process.ts";
import { createLinkCalls } from "../requests.ts";
import type { Row } from "../row.ts";

const restMs = 4_000;

/** What a server holds that has started, answered a call, and rests. */
export const memory: Row = async (workshop) => {
  const [ours, reference] = await Promise.all([
    megabytesAtRest(workshop.startSluice()),
    megabytesAtRest(workshop.startProgram("bare-echo")),
  ]);
  return [
    {
      what: "Memory at rest (bare echo)",
      unit: "MB",
      ours,
      reference,
      target: { of: "value", atMost: 120 },
    },
  ];
};

async function megabytesAtRest(starting: Promise<MeasuredProcess>): Promise<number> {
  await using server = await starting;
  await measureLoad(server, { ...createLinkCalls("sandbox"), calls: 1, inFlight: 1, connections: 1 });
  await setTimeout(restMs);
  const { residentBytes } = await server.usage();
  return residentBytes / 2 ** 20;
}
