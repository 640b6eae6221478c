import type { ServerResponse } from "node:http";
import type { ProviderFault } from "../../support/stages/provider-fake.ts";
import { type ApiReply, refusal } from "./api.ts";

/** Plays a fault instead of an answer. */
export function play(fault: ProviderFault, response: ServerResponse): void {
  const players: Readonly<Record<ProviderFault["kind"], () => void>> = {
    timeout: () => {},
    reset: () => response.socket?.resetAndDestroy(),
    error500: () => send(response, refusal(500, "INTERNAL_ERROR", "Something went wrong.")),
    rateLimit: () => {
      response.setHeader("retry-after", "1");
      send(response, refusal(429, "RATE_LIMITED", "Too many requests."));
    },
    garbage: () => response.socket?.end("this is no reply\r\n\r\n"),
    cut: () => {
      response.writeHead(200, { "content-type": "application/json", "content-length": 1000 });
      response.write('{"success":true,"data":{"tok', () => response.socket?.destroy());
    },
  };
  players[fault.kind]();
}

/** Sends a reply of the API's. */
export function send(response: ServerResponse, { status, body }: ApiReply): void {
  response.writeHead(status, { "content-type": "application/json" }).end(body);
}
