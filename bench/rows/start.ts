import { sendLoad } from "../grpc-load.ts";
import type { MeasuredProcess } from "../measured-process.ts";
import { createLinkCalls } from "../requests.ts";
import { interleave, medianOf } from "../rounds.ts";
import type { Row } from "../row.ts";

/** From nothing to the first answered call, with an empty data folder. */
export const start: Row = async (workshop) => {
  const { sluice, echo } = await interleave(7, {
    sluice: () => firstAnswerMs(workshop.startSluice()),
    echo: () => firstAnswerMs(workshop.startProgram("bare-echo")),
  });
  const itself = (value: number) => value;
  return [
    {
      what: "Start to first answered CreateLink (bare echo)",
      unit: "ms",
      ours: medianOf(sluice, itself),
      reference: medianOf(echo, itself),
      target: { of: "value", atMost: 500 },
    },
  ];
};

async function firstAnswerMs(starting: Promise<MeasuredProcess>): Promise<number> {
  await using server = await starting;
  const { errors, firstError } = await sendLoad({
    ...createLinkCalls("sandbox"),
    url: server.url,
    calls: 1,
    inFlight: 1,
    connections: 1,
  });
  const endedAt = performance.now();
  if (errors > 0) throw new Error(`The first call failed: ${firstError}`);
  return endedAt - server.startedAt;
}
