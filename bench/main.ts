import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type Finding, judge } from "./finding.ts";
import { describeMachine } from "./machine.ts";
import type { Row } from "./row.ts";
import { claim } from "./rows/claim.ts";
import { edge } from "./rows/edge.ts";
import { slowProvider } from "./rows/in-flight.ts";
import { landing } from "./rows/landing.ts";
import { list } from "./rows/list.ts";
import { memory } from "./rows/memory.ts";
import { sandbox } from "./rows/sandbox.ts";
import { start } from "./rows/start.ts";
import { stripe } from "./rows/stripe.ts";
import { table } from "./table.ts";
import { openWorkshop } from "./workshop.ts";

const rows: ReadonlyMap<number, Row> = new Map(
  [edge, sandbox, stripe, slowProvider, start, memory, landing, claim, list].map((row, index) => [
    index + 1,
    row,
  ]),
);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { profile: { type: "string" } },
});
const chosen = positionals.length > 0 ? positionals.map(Number) : [...rows.keys()];
const unknown = chosen.filter((number) => !rows.has(number));
if (unknown.length > 0) {
  console.error(
    `There are rows 1 to ${rows.size}: npm run bench -- 1 3. Profiles of the service: --profile <folder>.`,
  );
  process.exitCode = 1;
} else await bench();

async function bench(): Promise<void> {
  const machine = describeMachine();
  const { cpu, cores, memoryGigabytes, node, platform, date, loadBefore } = machine;
  console.log(
    `${cpu}, ${cores} cores, ${memoryGigabytes} GB, ${platform}, Node ${node}, ${date}, load before ${loadBefore.toFixed(1)}\n`,
  );
  const findings: Finding[] = [];
  using workshop = openWorkshop(values.profile);
  for (const number of chosen) {
    const row = rows.get(number) as Row;
    const found = await row(workshop);
    findings.push(...found.map((finding) => ({ row: number, ...finding })));
    console.error(`row ${number} done`);
  }
  console.log(table(findings));
  const folder = new URL("results/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  const judged = findings.map((finding) => ({ ...finding, verdict: judge(finding) }));
  const file = new URL(`${date.replaceAll(":", "-")}.json`, folder);
  writeFileSync(file, `${JSON.stringify({ machine, findings: judged }, null, 2)}\n`);
  console.log(`\nWritten to bench/results/${date.replaceAll(":", "-")}.json`);
}
