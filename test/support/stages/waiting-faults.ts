import type { ProviderFault } from "./provider-fake.ts";

/** Faults of a fake provider that wait for their requests. */
export interface WaitingFaults {
  inject(fault: ProviderFault): void;
  /** The first that strikes a request of this method, counted down. */
  take(method: string): ProviderFault | undefined;
  /** How many have not struck as often as they should. */
  left(): number;
}

/** No faults, to begin with. */
export function waitingFaults(): WaitingFaults {
  const waiting: { readonly fault: ProviderFault; left: number }[] = [];
  return {
    inject: (fault) => void waiting.push({ fault, left: fault.times ?? 1 }),
    take(method) {
      const index = waiting.findIndex(({ fault }) => (fault.method ?? method) === method);
      const found = waiting[index];
      if (!found) return undefined;
      found.left -= 1;
      if (found.left === 0) waiting.splice(index, 1);
      return found.fault;
    },
    left: () => waiting.length,
  };
}
