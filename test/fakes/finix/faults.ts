import type { ServerResponse } from "node:http";
import type { ProviderFault } from "../../support/provider-fake.ts";
import { errorBody } from "./finix-error.ts";

/** Faults waiting for their requests. */
export interface Faults {
  inject(fault: ProviderFault): void;
  /** Takes the first fault for the method, counting it down. */
  take(method: string): ProviderFault | undefined;
}

/** No faults, to begin with. */
export function newFaults(): Faults {
  const waiting: { fault: ProviderFault; left: number }[] = [];
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
  };
}

/** Plays a fault instead of the answer. `body` is what the answer would have been, where there is one. */
export function play(fault: ProviderFault, response: ServerResponse, body: string): void {
  const json = { "content-type": "application/json" };
  const players: Record<ProviderFault["kind"], () => void> = {
    timeout: () => {},
    reset: () => response.socket?.resetAndDestroy(),
    error500: () => {
      const faults = [{ code: "SERVER_ERROR", message: "We had a problem with our server." }];
      response.writeHead(500, json).end(JSON.stringify(errorBody(faults)));
    },
    rateLimit: () => {
      const faults = [{ code: "TOO_MANY_REQUESTS", message: "A rate limit has been reached." }];
      response.writeHead(429, { ...json, "retry-after": "1" }).end(JSON.stringify(errorBody(faults)));
    },
    garbage: () => void response.writeHead(200, json).end("\u0000\u0001 not json \u00ff"),
    cut: () => {
      response.writeHead(201, { ...json, "content-length": Buffer.byteLength(body) + 100 });
      response.write(body.slice(0, Math.ceil(body.length / 2)) || "{", () => response.socket?.destroy());
    },
  };
  players[fault.kind]();
}
