import type { Ledger } from "../../../src/ledger/ledger.ts";

/**
 * A ledger at which something happens to the process that uses it, as SLUICE_TEST_FATE says: `kill before open`, `kill after
 * settle`, `freeze after open` and so on. SIGKILL leaves no chance to tidy up; a process that is frozen goes on, once, when
 * somebody continues it. `soon after` is when what follows has been begun, and nothing has come of it yet.
 */
export function fatedLedger(ledger: Ledger): Ledger {
  const fate = /^(\w+) (soon after|\w+) (\w+)$/.exec(process.env.SLUICE_TEST_FATE ?? "");
  const [, what, when, unit] = fate ?? [];
  const strike = strikes[what ?? ""];
  let isOver = !strike;
  return new Proxy(ledger, {
    get(target, name) {
      const method = Reflect.get(target, name) as (...input: unknown[]) => Promise<unknown>;
      if (name !== unit) return method.bind(target);
      return async (...input: unknown[]) => {
        const isNow = !isOver;
        isOver = true;
        if (isNow && when === "before") await strike?.();
        const result = await method.apply(target, input);
        if (isNow && when === "after") await strike?.();
        if (isNow && when === "soon after") setImmediate(() => void strike?.());
        return result;
      };
    },
  }) as Ledger;
}

const strikes: Readonly<Record<string, () => Promise<void>>> = {
  kill: () => {
    process.kill(process.pid, "SIGKILL");
    return new Promise(() => {});
  },
  freeze: async () => {
    process.kill(process.pid, "SIGSTOP");
  },
};
