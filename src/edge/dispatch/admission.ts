import { Failure } from "../../core/failure.ts";
import type { Metrics } from "../../telemetry/metrics.ts";
import type { IncomingCall } from "./incoming-call.ts";
import type { Limits } from "./limits.ts";

/** Admits calls up to a limit, and counts those that are running. */
export interface Admission {
  /** Takes a place for a call. @throws Failure SERVER_BUSY, SERVER_DRAINING, or why the call has ended already. */
  enter(call: IncomingCall): void;
  /** Gives the place back when the call's handler is done. */
  leave(): void;
  /** Lets no more calls in. */
  drain(): void;
  /** Resolves when no place is taken any more. */
  idle(): Promise<void>;
}

/** Makes the admission of one server. */
export function createAdmission({ callsInFlight }: Limits, metrics: Metrics): Admission {
  const waiting: (() => void)[] = [];
  let taken = 0;
  let draining = false;

  return {
    enter(call) {
      if (draining) throw serverDraining();
      if (taken >= callsInFlight) throw serverBusy(callsInFlight);
      if (call.ended) throw call.ended;
      taken += 1;
      metrics.rpcStarted();
    },
    leave() {
      taken -= 1;
      metrics.rpcEnded();
      if (taken === 0) for (const resolve of waiting.splice(0)) resolve();
    },
    drain() {
      draining = true;
    },
    idle: () => (taken === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  };
}

/** The error of calls that a draining server does not begin, or ends. */
export function serverDraining(): Failure {
  return new Failure(
    "SERVER_DRAINING",
    "This server is about to stop and begins nothing new. Repeat the call on another connection.",
  );
}

function serverBusy(callsInFlight: number): Failure {
  return new Failure(
    "SERVER_BUSY",
    `This server executes ${callsInFlight} calls at once, and all are in flight. Nothing was begun: repeat the call in a second.`,
    { retryAfterMs: 1000 },
  );
}
