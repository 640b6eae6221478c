import type { ServerResponse } from "node:http";
import type { ProviderFault } from "../../support/stages/provider-fake.ts";
import { errorBody } from "./finix-error.ts";

/** Plays a fault instead of the reply. `body` is the body of the suppressed reply, if there is one. */
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
