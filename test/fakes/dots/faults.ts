import type { ServerResponse } from "node:http";
import type { ProviderFault } from "../../support/provider-fake.ts";

/** Faults waiting for their requests. */
export interface Faults {
  inject(fault: ProviderFault): void;
  /** Takes the first fault that fits, counting it down. */
  take(method: string): ProviderFault | undefined;
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
  };
}

/** Plays a fault instead of the answer. */
export function playFault({ kind }: ProviderFault, response: ServerResponse): void {
  players[kind](response);
}

const players: Readonly<Record<ProviderFault["kind"], (response: ServerResponse) => void>> = {
  timeout: () => {},
  reset: (response) => response.socket?.resetAndDestroy(),
  error500: (response) =>
    sendText(response, 500, '{"code":"service-unavailable","message":"A service was unavailable."}'),
  rateLimit: (response) => sendText(response, 429, '{"message":"Too many requests."}'),
  garbage: (response) => sendText(response, 200, "\u0000 this is no JSON"),
  cut: (response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": 1000 });
    response.write('{"id":"', () => response.socket?.destroy());
  },
};

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(text);
}
