import type { ServerResponse } from "node:http";
import type { ProviderFault } from "../../support/stages/provider-fake.ts";

/** Plays a fault instead of an answer. */
export function play({ kind }: ProviderFault, response: ServerResponse, answer: string): void {
  players[kind](response, answer);
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
