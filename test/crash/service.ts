import { readConfig } from "../../src/config.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { startService } from "../../src/service.ts";

/**
 * The service as `main.ts` starts it, with a ledger that kills the process at a chosen moment: SLUICE_TEST_KILL is
 * `before open` or `after settle`, and so on. SIGKILL leaves no chance to tidy up.
 */
const [moment, unit] = (process.env.SLUICE_TEST_KILL ?? "").split(" ");

const service = await startService(readConfig(process.env), {
  wrapLedger: (ledger) =>
    new Proxy(ledger, {
      get(target, name) {
        const method = Reflect.get(target, name) as (...input: unknown[]) => Promise<unknown>;
        if (name !== unit) return method.bind(target);
        return async (...input: unknown[]) => {
          if (moment === "before") await die();
          const result = await method.apply(target, input);
          await die();
          return result;
        };
      },
    }) as Ledger,
});
console.error(`Sluice listens on ${service.url}, to be killed ${moment} ${unit}`);

function die(): Promise<never> {
  process.kill(process.pid, "SIGKILL");
  return new Promise(() => {});
}
