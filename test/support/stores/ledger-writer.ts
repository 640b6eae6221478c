import { openLedger } from "../../../src/ledger/open-ledger.ts";
import { anIntent } from "./ledger-facts.ts";

// A process that writes to a ledger until it is killed, and prints the id of each attempt once it is acknowledged.
// Arguments: the database's URL, and how many payouts to write at once (0: only open the ledger, and close it).

const [url = "", atOnce = "0"] = process.argv.slice(2);

async function write(): Promise<void> {
  const intent = anIntent();
  await ledger.open(intent);
  process.stdout.write(`opened ${intent.dedupeKey}\n`);
  await ledger.complete(intent.attemptId, { state: "DONE", reply: new Uint8Array([1]) }, { durable: true });
  process.stdout.write(`settled ${intent.dedupeKey}\n`);
}

async function keepWriting(): Promise<never> {
  for (;;) {
    // What fails once is tried once more: a ledger that was refused by the disk is still of use.
    await write().catch(write);
  }
}

const ledger = await openLedger(url, { now: Date.now, log: { warn() {} } });
try {
  await Promise.all(Array.from({ length: Number(atOnce) }, keepWriting));
} finally {
  await ledger.close();
}
