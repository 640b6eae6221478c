import { readConfig } from "../../src/config/config.ts";
import { startService } from "../../src/server.ts";
import { fatedLedger } from "./fated-ledger.ts";

/** The service as `main.ts` starts it, with a ledger at which SLUICE_TEST_FATE strikes. */
const service = await startService(readConfig(process.env), { wrapLedger: fatedLedger });
console.error(`Sluice listens on ${service.url}, to meet its fate: ${process.env.SLUICE_TEST_FATE}`);
