import { parseArgs } from "node:util";
import { VERSION } from "./endpoints.ts";
import { startFake } from "./fake.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "12112" },
    "latency-ms": { type: "string", default: "0" },
  },
});

const fake = await startFake({ port: Number(values.port), latencyMs: Number(values["latency-ms"]) });
const config = JSON.stringify({ config: { Finix: fake.credentials } });

console.log(`Fake Finix ${VERSION} at ${fake.url}

Point the server at it   SLUICE_FINIX_URL=${fake.url} npm start
Credentials              x-connector-config: ${config}
Be the recipient         open the URL of a link: its page has a button for each next event

Ctrl+C ends it, and it forgets everything.`);

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void fake.close());
