import { parseArgs } from "node:util";
import { API_VERSION } from "./admission.ts";
import { startFakeStripe } from "./fake-stripe.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "12111" },
    "latency-ms": { type: "string", default: "0" },
  },
});

const fake = await startFakeStripe({
  port: Number(values.port),
  latencyMs: Number(values["latency-ms"]),
});

console.log(`Fake Stripe ${API_VERSION} at ${fake.url}

Point the server at it      SLUICE_STRIPE_URL=${fake.url} npm start
Key                         anything that begins with sk_test_ or rk_test_
Financial account           ${fake.control.financialAccount}
Let a recipient finish      open their link, or
                            curl -d '["acct_…"]' ${fake.url}/_fake/completeOnboarding
Move a payment              curl -d '["obp_…", "posted"]' ${fake.url}/_fake/settle
Break something             curl -d '[{"kind":"rate-limit","retryAfterSeconds":2}]' ${fake.url}/_fake/inject
See what arrived            curl -X POST ${fake.url}/_fake/requests
Everything else             curl ${fake.url}/_fake/

Ctrl+C ends it, and it forgets everything.`);

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void fake.close());
