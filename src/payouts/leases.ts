import type { Lease, Ledger } from "../ledger/ledger.ts";
import type { Log } from "../telemetry/log.ts";

/** How long others leave an attempt alone without hearing of it, in milliseconds. */
export const LEASE_MS = 4000;

/** The leases of what one call sends. */
export interface LeaseHolder {
  /** A lease that begins now. */
  begin(): Lease;
  /** Lets the call's attempts be taken over once their leases have run out: how they ended could not be written down. */
  abandon(): void;
}

/** The leases of this process. A provider may take longer than one lasts: while a call is at work, its attempts stay its own. */
export interface Leases {
  /** Does a call's work, and keeps its leases up until it has ended. */
  hold<T>(work: (holder: LeaseHolder) => Promise<T>): Promise<T>;
  /** Stops keeping leases. */
  close(): void;
}

/** What keeping leases rests on. */
export interface LeaseParts {
  readonly ledger: Pick<Ledger, "renew">;
  readonly log: Log;
  /** Milliseconds since 1970. */
  now(): number;
  /** Names this process in leases. */
  readonly owner: string;
}

/**
 * Begins to keep leases. Calls share an owner, so that one statement keeps all of them; those that begin after one was
 * abandoned have another, or a busy process would keep up for ever what nobody is at work on.
 */
export function keepLeases({ ledger, log, now, owner: processName }: LeaseParts): Leases {
  const callsOf = new Map<string, number>();
  let generation = 1;

  const timer = setInterval(() => {
    for (const owner of callsOf.keys()) {
      ledger
        .renew({ owner, untilMs: now() + LEASE_MS })
        .catch((error: unknown) => log.warn({ error }, "leases could not be renewed"));
    }
  }, LEASE_MS / 4);
  timer.unref();

  return {
    async hold(work) {
      const begunIn = generation;
      const owner = `${processName}.${begunIn}`;
      const abandon = () => {
        generation = Math.max(generation, begunIn + 1);
      };
      callsOf.set(owner, (callsOf.get(owner) ?? 0) + 1);
      try {
        return await work({ begin: () => ({ owner, untilMs: now() + LEASE_MS }), abandon });
      } finally {
        const left = (callsOf.get(owner) ?? 1) - 1;
        if (left === 0) callsOf.delete(owner);
        else callsOf.set(owner, left);
      }
    },
    close: () => clearInterval(timer),
  };
}
