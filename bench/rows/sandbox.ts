import { randomBytes } from "node:crypto";
import { postgresPrograms, startPostgres } from "../../test/support/stores/postgres-server.ts";
import { type MeasuredLoad, measureLoad } from "../measured-load.ts";
import type { MeasuredProcess } from "../measured-process.ts";
import { createLinkCalls } from "../requests.ts";
import { interleave, medianOf, type Side } from "../rounds.ts";
import type { Row, RowFinding } from "../row.ts";

/** A payout link that calls no provider, written to disk before it is answered, on each engine that the machine has. */
export const sandbox: Row = async (workshop) => {
  await using processes = new AsyncDisposableStack();
  const echo = processes.use(await workshop.startProgram("bare-echo"));
  const services: Record<string, MeasuredProcess> = {
    SQLite: processes.use(await workshop.startSluice()),
  };
  const programs = postgresPrograms();
  if (programs) {
    const postgres = await startPostgres(programs, { fsync: "on", shared_buffers: "128MB" });
    processes.defer(() => postgres.stop());
    services.PostgreSQL = processes.use(
      await workshop.startSluice({
        SLUICE_DATABASE_URL: postgres.url,
        SLUICE_KEY: randomBytes(32).toString("base64"),
      }),
    );
  }
  // Awaited here, since the processes end with this function.
  return await compare(echo, services);
};

async function compare(
  echo: MeasuredProcess,
  services: Readonly<Record<string, MeasuredProcess>>,
): Promise<readonly RowFinding[]> {
  const all = { ...services, echo };
  const sides: Record<string, Side<MeasuredLoad>> = {};
  for (const [name, server] of Object.entries(all)) {
    const load = { ...createLinkCalls("sandbox"), inFlight: 64, connections: 8 };
    const calls = server === echo ? 20_000 : 8_000;
    await measureLoad(server, { ...load, calls: calls / 2 });
    sides[name] = () => measureLoad(server, { ...load, calls });
  }
  const results = await interleave(5, sides);
  const median = (name: string, number: (measured: MeasuredLoad) => number) =>
    medianOf(results[name] ?? [], number);
  return Object.keys(services).flatMap((engine): RowFinding[] => [
    {
      what: `CreateLink, sandbox, ${engine}, 64 in flight (bare echo)`,
      unit: "/s",
      ours: median(engine, (each) => each.callsPerSecond),
      reference: median("echo", (each) => each.callsPerSecond),
      target: { of: "ratio", atLeast: 0.4 },
    },
    {
      what: `CreateLink, sandbox, ${engine}, CPU a call`,
      unit: "µs",
      ours: median(engine, (each) => each.cpuMicrosecondsPerCall),
      reference: median("echo", (each) => each.cpuMicrosecondsPerCall),
    },
    {
      what: `CreateLink, sandbox, ${engine}, p50`,
      unit: "ms",
      ours: median(engine, (each) => each.p50Ms),
      reference: median("echo", (each) => each.p50Ms),
    },
  ]);
}
