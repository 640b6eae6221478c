import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import type { JourneyName } from "../../kit/journey/journeys.ts";
import type { Measured } from "../../kit/journey/measure.ts";

/**
 * How much of the repository one request may pass, as `npm run journey` measures it in a process of its own. Bounds only go down:
 * a new reader has to read every file on the way. `npm run journey -- --files` lists them.
 */
interface Bounds {
  readonly files: number;
  readonly functions: number;
  /** Calls of the ledger. */
  readonly trips: number;
  /** Those of them that are write transactions. */
  readonly writes: number;
}

const bounds: Readonly<Record<JourneyName, Bounds>> = {
  sandboxCreateLink: { files: 75, functions: 240, trips: 1, writes: 1 },
  sandboxClaim: { files: 90, functions: 285, trips: 6, writes: 1 },
  stripeGet: { files: 85, functions: 310, trips: 3, writes: 1 },
  stripeCreateLink: { files: 95, functions: 355, trips: 3, writes: 2 },
};

const root = new URL("../../", import.meta.url);
const program = fileURLToPath(new URL("kit/journey/main.ts", root));
const { stdout } = await promisify(execFile)(process.execPath, [program, "--json"], {
  cwd: root,
  env: { PATH: process.env.PATH },
});
const measured = JSON.parse(stdout) as Readonly<Record<JourneyName, Measured>>;

describe.each(Object.entries(bounds) as [JourneyName, Bounds][])("%s", (name, atMost) => {
  const { threads, trips, writes } = measured[name];
  const files = threads.flatMap((thread) => Object.entries(thread.files));

  it(`passes at most ${atMost.files} files`, () => {
    expect(files.length, files.map(([file]) => file).join("\n")).toBeLessThanOrEqual(atMost.files);
  });

  it(`passes at most ${atMost.functions} functions`, () => {
    const functions = files.reduce((total, [, count]) => total + count, 0);
    expect(functions, files.map((each) => each.join(" ")).join("\n")).toBeLessThanOrEqual(atMost.functions);
  });

  it(`goes to the store at most ${atMost.trips} times, ${atMost.writes} of them to write`, () => {
    expect(trips.length, trips.join(", ")).toBeLessThanOrEqual(atMost.trips);
    expect(writes.length, writes.join(", ")).toBeLessThanOrEqual(atMost.writes);
  });
});

it("is measured in the thread of the store too", () => {
  for (const { threads } of Object.values(measured)) {
    expect(threads).toHaveLength(2);
    expect(Object.keys(threads[1]?.files ?? {})).toContain("src/ledger/sqlite/worker.ts");
  }
});
