import { readConfig } from "../../../src/config/config.ts";
import { startService } from "../../../src/server.ts";
import { fatedLedger } from "./fated-ledger.ts";

/**
 * The service as `main.ts` starts it, for tests: SLUICE_TEST_PATIENCE (JSON) shortens how long it waits for others, and
 * SLUICE_TEST_FATE strikes at its ledger. The program that users start reads neither.
 */
const service = await startService(readConfig(process.env), {
  patience: JSON.parse(process.env.SLUICE_TEST_PATIENCE ?? "{}"),
  wrapLedger: fatedLedger,
});
console.error(`Sluice listens on ${service.url}, for tests.`);
process.once("SIGTERM", () => void service.stop(10_000).then(() => process.exit(0)));
