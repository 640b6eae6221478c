import { fileURLToPath } from "node:url";
import { create, toBinary } from "@bufbuild/protobuf";
import { Currency } from "../../src/gen/types/money_pb.ts";
import { PayoutMethodEligibilityRequestSchema } from "../../src/gen/types/payout_pb.ts";
import { type Loaded, sendLoad } from "../grpc-load.ts";
import type { UnaddressedLoad } from "../measured-load.ts";
import type { MeasuredProcess, Usage } from "../measured-process.ts";
import { createLinkCalls } from "../requests.ts";
import type { Row, RowFinding } from "../row.ts";
import type { Workshop } from "../workshop.ts";

const latencyMs = 300;
const inFlight = 10_000;
const calls = 40_000;
const connectors = fileURLToPath(new URL("../connectors/", import.meta.url));

/** Ten thousand calls that wait for a slow provider: whether all are answered, how many a second, and what each holds. */
export const slowProvider: Row = async (workshop) => {
  await using provider = await workshop.startProgram("slow-provider", { LATENCY_MS: String(latencyMs) });
  const links = createLinkCalls("slow");
  const startForwarder = () => workshop.startProgram("bare-forwarder", { PROVIDER_URL: provider.url });
  const startSluice = () => startInFront(workshop, provider);
  const bare = await fill(startForwarder, links);
  const writes = await fill(startSluice, links);
  const reads = await fill(startSluice, eligibilityCalls(links.headers));
  return [
    ...describe("CreateLink", writes, bare, true),
    ...describe("Eligibility, no write", reads, bare, false),
  ];
};

function startInFront(workshop: Workshop, provider: MeasuredProcess): Promise<MeasuredProcess> {
  return workshop.startSluice({
    SLUICE_CONNECTORS_DIR: connectors,
    SLUICE_SLOW_URL: provider.url,
    SLUICE_MAX_CALLS: String(inFlight + 100),
    SLUICE_MAX_PROVIDER_CALLS: String(inFlight),
  });
}

type Calls = Pick<UnaddressedLoad, "path" | "headers" | "message">;

/** A question that writes nothing down. */
function eligibilityCalls(headers: Calls["headers"]): Calls {
  const question = toBinary(
    PayoutMethodEligibilityRequestSchema,
    create(PayoutMethodEligibilityRequestSchema, {
      amount: { minorAmount: 1000n, currency: Currency.USD },
      destinationCurrency: Currency.USD,
    }),
  );
  return { path: "/types.PayoutService/Eligibility", ...(headers && { headers }), message: () => question };
}

interface Filled {
  readonly loaded: Loaded;
  readonly before: Usage;
  readonly after: Usage;
}

async function fill(start: () => Promise<MeasuredProcess>, kind: Calls): Promise<Filled> {
  await using server = await start();
  const load = { ...kind, url: server.url };
  await sendLoad({ ...load, calls: 100, inFlight: 10, connections: 2 });
  const before = await server.usage();
  const loaded = await sendLoad({ ...load, calls, inFlight, connections: 100 });
  return { loaded, before, after: await server.usage() };
}

function describe(what: string, ours: Filled, bare: Filled, isTarget: boolean): RowFinding[] {
  const finding = (
    name: string,
    unit: string,
    number: (filled: Filled) => number,
    target: NonNullable<RowFinding["target"]>,
  ): RowFinding => ({
    what: `${what}, 10,000 in flight, ${name}`,
    unit,
    ours: number(ours),
    reference: number(bare),
    ...(isTarget && { target }),
  });
  return [
    finding("errors (grpc-js forwarding alone)", "", ({ loaded }) => loaded.errors, {
      of: "value",
      atMost: 0,
    }),
    finding("calls a second", "/s", ({ loaded }) => loaded.calls / loaded.seconds, {
      of: "value",
      atLeast: 10_000,
    }),
    finding("memory each", "KB", kilobytesEach, { of: "value", atMost: 25 }),
    { ...finding("CPU a call", "µs", cpuMicrosecondsEach, { of: "value" }), target: undefined },
  ];
}

function kilobytesEach({ before, after }: Filled): number {
  return (after.peakResidentBytes - before.residentBytes) / inFlight / 1024;
}

function cpuMicrosecondsEach({ loaded, before, after }: Filled): number {
  return (after.cpuMicroseconds - before.cpuMicroseconds) / loaded.calls;
}
