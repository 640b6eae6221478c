import type { Patience } from "../../core/patience.ts";
import type { Lease } from "../../core/payout.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import type { Log } from "../../telemetry/log.ts";
import type { LeaseHolder } from "../dependencies.ts";

/** How many leases are written down at once. Each begins when its turn comes, and not while it waits behind thousands. */
const WRITTEN_AT_ONCE = 256;

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
  readonly patience: Pick<Patience, "leaseMs">;
}

/**
 * Begins to keep leases. Calls share an owner, so that one statement keeps all of them; those that begin after one was
 * abandoned have another, or a busy process would keep up for ever what nobody is at work on.
 */
export function keepLeases({ ledger, log, now, patience, owner: processName }: LeaseParts): Leases {
  const callsOf = new Map<string, Set<Call>>();
  const turn = takeTurns(WRITTEN_AT_ONCE);
  let generation = 1;

  const renew = async (owner: string, calls: ReadonlySet<Call>) => {
    const sinceMs = now();
    const untilMs = sinceMs + patience.leaseMs;
    try {
      await ledger.renew({ owner, untilMs });
    } catch (error) {
      log.warn({ error }, "leases could not be renewed");
      return;
    }
    for (const watches of calls)
      for (const watch of watches) prolong(watch, { sinceMs, untilMs, nowMs: now() });
  };
  const timer = setInterval(() => {
    for (const [owner, calls] of callsOf) void renew(owner, calls);
  }, patience.leaseMs / 4);
  timer.unref();

  return {
    async hold(work) {
      const begunIn = generation;
      const owner = `${processName}.${begunIn}`;
      const abandon = () => {
        generation = Math.max(generation, begunIn + 1);
      };
      const begin = () => ({ owner, untilMs: now() + patience.leaseMs });
      const call: Call = [];
      const watch = ({ untilMs }: Lease) => {
        const watched = { writtenAtMs: now(), untilMs };
        call.push(watched);
        return () => now() < watched.untilMs;
      };
      const calls = callsOf.get(owner) ?? new Set();
      callsOf.set(owner, calls.add(call));
      try {
        return await work({ begin, inTurn: (write) => turn(() => write(begin())), watch, abandon });
      } finally {
        calls.delete(call);
        if (calls.size === 0) callsOf.delete(owner);
      }
    },
    close: () => clearInterval(timer),
  };
}

/** Lets so many be at work at once; the others wait in the order in which they came. */
function takeTurns(places: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let atWork = 0;
  return async (work) => {
    if (atWork === places) await new Promise<void>((begin) => waiting.push(begin));
    else atWork += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else atWork -= 1;
    }
  };
}

/** The leases of one call that are watched. */
type Call = Watch[];

interface Watch {
  readonly writtenAtMs: number;
  /** Until when it certainly holds. */
  untilMs: number;
}

/** A renewal counts for what was there when it began, and only where it was done before others could have come. */
function prolong(
  watch: Watch,
  renewal: { readonly sinceMs: number; readonly untilMs: number; readonly nowMs: number },
): void {
  const isInTime = watch.writtenAtMs <= renewal.sinceMs && renewal.nowMs < watch.untilMs;
  if (isInTime) watch.untilMs = renewal.untilMs;
}
