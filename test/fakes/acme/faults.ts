import type { ServerResponse } from "node:http";
import type { ProviderFault } from "../../support/provider-fake.ts";

/** Faults that wait for their requests. */
export interface Faults {
  inject(fault: ProviderFault): void;
  /** The first that strikes a request of this method, counted down. */
  take(method: string): ProviderFault | undefined;
  /** Plays a fault instead of an answer. */
  play(fault: ProviderFault, response: ServerResponse, answer: string): void;
}

/** No faults, to begin with. */
export function newFaults(): Faults {
  const waiting: { readonly fault: ProviderFault; left: number }[] = [];
  return {
    inject: (fault) => void waiting.push({ fault, left: fault.times ?? 1 }),
    take(method) {
      const index = waiting.findIndex(({ fault }) => fault.method === undefined || fault.method === method);
      const found = waiting[index];
      if (!found) return undefined;
      found.left -= 1;
      if (found.left === 0) waiting.splice(index, 1);
      return found.fault;
    },
    play: ({ kind }, response, answer) => players[kind](response, answer),
  };
}

const players: Readonly<Record<ProviderFault["kind"], (response: ServerResponse, answer: string) => void>> = {
  timeout: () => {},
  reset: (response) => void response.socket?.resetAndDestroy(),
  error500: (response) => void response.writeHead(500, json).end('{"error":{"code":"internal"}}'),
  rateLimit: (response) => void response.writeHead(429, { ...json, "retry-after": "0" }).end("{}"),
  garbage: (response) => void response.writeHead(200, json).end("<<< no JSON"),
  cut: (response, answer) => {
    response.writeHead(200, { ...json, "content-length": answer.length + 10 });
    response.write(answer.slice(0, 5), () => response.socket?.destroy());
  },
};

const json = { "content-type": "application/json" };
