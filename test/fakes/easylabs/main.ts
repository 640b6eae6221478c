import { parseArgs } from "node:util";
import { startFake } from "./fake.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "12114" },
    "latency-ms": { type: "string", default: "0" },
  },
});

const fake = await startFake({ port: Number(values.port), latencyMs: Number(values["latency-ms"]) });

console.log(`Fake Easy Labs at ${fake.url}

Point the server at it   SLUICE_EASYLABS_URL=${fake.url} npm start
Key                      anything that begins with sk_test_
Be the recipient         open a link: its page has buttons to claim it, and to let the payment arrive or fail

Ctrl+C ends it, and it forgets everything.`);

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void fake.close());
