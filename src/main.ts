import { ConfigError, helpText, readConfig } from "./config/config.ts";
import { supportedRpcs } from "./connector/capability.ts";
import { type Service, startService } from "./server.ts";

/** How long calls under way may take to finish once the process is told to end, in milliseconds. */
const GRACE_MS = 30_000;

if (process.argv.includes("--help")) {
  console.log(helpText());
} else {
  try {
    await run();
  } catch (error) {
    // What went wrong is for the person who starts the server: a stack would hide it.
    console.error(
      error instanceof ConfigError ? error.message : `Sluice cannot start: ${(error as Error).message}`,
    );
    // At once: a ledger that is open already would keep the process alive.
    process.exit(1);
  }
}

async function run(): Promise<void> {
  const service = await startService(readConfig(process.env));
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      service.stop(GRACE_MS).then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(`Sluice did not stop cleanly: ${(error as Error).message}`);
          process.exit(1);
        },
      );
    });
  }
  // On standard error, so that standard output is nothing but the log; and last, since whoever reads it may send a signal.
  console.error(greeting(service));
}

function greeting({ url, registry }: Service): string {
  const connectors = registry
    .list()
    .map((connector) => `  ${connector.name}: ${supportedRpcs(connector).join(", ")}`);
  return `
Sluice listens on ${url}, with these connectors:
${connectors.join("\n")}

Make a payout link:
  curl ${url}/types.PayoutService/CreateLink -H 'content-type: application/json' -H 'x-connector: sandbox' \\
    -d '{"amount":{"minor_amount":1000,"currency":"USD"},"destination_currency":"USD"}'
Then open the url in its reply, as the recipient would.
`;
}
