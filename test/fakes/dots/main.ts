import { parseArgs } from "node:util";
import { startFake } from "./fake.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "12113" },
    "latency-ms": { type: "string", default: "0" },
  },
});

const fake = await startFake({ port: Number(values.port), latencyMs: Number(values["latency-ms"]) });

console.log(`Fake Dots at ${fake.url}

Point the server at it      SLUICE_DOTS_URL=${fake.url} npm start
Credentials                 x-connector-config: ${JSON.stringify({ config: { Dots: fake.credentials } })}
A user whom it knows        ${fake.userId}
Claim, pay or fail a link   open its URL

Ctrl+C ends it, and it forgets everything.`);

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void fake.close());
