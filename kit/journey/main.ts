import { parseArgs } from "node:util";
import { type Measured, type MeasuredThread, measureJourneys } from "./measure.ts";

/** `npm run journey` prints how much of the repository one request passes; `--files` lists the files, `--json` is for programs. */

const { values } = parseArgs({
  options: { files: { type: "boolean", default: false }, json: { type: "boolean", default: false } },
});

const explanation = `What one request passes: files of src/ and connectors/ of which a function ran in each of three requests that followed a
first one of their kind, and those functions, in the main thread + in the store's. A file that runs in both threads counts
twice; the code of modules (imports, constants) and src/gen do not count.`;

const measured = await measureJourneys();
if (values.json) console.log(JSON.stringify(measured));
else console.log([explanation, ...Object.values(measured).map(describe)].join("\n\n"));

function describe({ title, threads, trips, writes }: Measured): string {
  const files = threads.map((thread) => Object.keys(thread.files).length);
  const functions = threads.map(functionCount);
  return [
    title,
    `  ${sum(files)} files (${files.join(" + ")}), ${sum(functions)} functions (${functions.join(" + ")})`,
    `  trips to the store: ${trips.length} (${trips.join(", ")}); write transactions: ${writes.join(", ") || "none"}`,
    ...threads.flatMap((thread, number) => [
      `  ${number === 0 ? "main" : "store"}: ${describeRooms(thread)}`,
      ...(values.files ? Object.entries(thread.files).map(([file, count]) => `    ${file} ${count}`) : []),
    ]),
  ].join("\n");
}

function describeRooms({ files }: MeasuredThread): string {
  const rooms = Object.groupBy(Object.keys(files), (file) => file.split("/").slice(0, 2).join("/"));
  return Object.entries(rooms)
    .map(([room, those = []]) => `${room} ${those.length}`)
    .join(", ");
}

function functionCount({ files }: MeasuredThread): number {
  return sum(Object.values(files));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
