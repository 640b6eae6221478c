import { type MeasuredLoad, measureLoad } from "../measured-load.ts";
import { createLinkCalls } from "../requests.ts";
import { interleave, medianOf } from "../rounds.ts";
import type { Row } from "../row.ts";

/** What the edge costs: all that dispatch does, before a handler that does nothing. */
export const edge: Row = async (workshop) => {
  await using ours = await workshop.startProgram("edge-echo");
  await using bare = await workshop.startProgram("bare-echo");
  const load = { ...createLinkCalls("sandbox"), inFlight: 64, connections: 8 };
  for (const server of [ours, bare]) await measureLoad(server, { ...load, calls: 20_000 });

  const { edge: edges, echo: echoes } = await interleave(5, {
    edge: () => measureLoad(ours, { ...load, calls: 15_000 }),
    echo: () => measureLoad(bare, { ...load, calls: 15_000 }),
  });
  const compare = (number: (measured: MeasuredLoad) => number) => ({
    ours: medianOf(edges, number),
    reference: medianOf(echoes, number),
  });
  return [
    {
      what: "gRPC edge, CPU a call (bare grpc-js echo)",
      unit: "µs",
      ...compare((each) => each.cpuMicrosecondsPerCall),
      target: { of: "ratio", atMost: 1.5 },
    },
    { what: "gRPC edge, calls a second", unit: "/s", ...compare((each) => each.callsPerSecond) },
  ];
};
