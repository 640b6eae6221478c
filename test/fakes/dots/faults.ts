import type { ServerResponse } from "node:http";
import type { ProviderFault } from "../../support/stages/provider-fake.ts";

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
