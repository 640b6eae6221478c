import type { ServerResponse } from "node:http";

/** What goes wrong. */
export type FaultKind =
  /** No answer at all. */
  | "timeout"
  /** The connection is cut. */
  | "reset"
  /** 429, with Retry-After where `retryAfterSeconds` is set. */
  | "rate-limit"
  /** 500 in Stripe's shape. */
  | "error-500"
  /** 502 with a page of HTML. */
  | "html-502"
  /** 200 with bytes that are no JSON. */
  | "garbage"
  /** 200 with the first half of the JSON. */
  | "truncated"
  /** The right answer, `latencyMs` late. */
  | "slow";

/** A fault to inject. */
export interface Fault {
  readonly kind: FaultKind;
  /** Which requests: method and path as written here, e.g. `POST /v2/core/accounts`, or a pattern. All if absent. */
  readonly match?: string | RegExp;
  /** How many requests it hits. 1 if absent. */
  readonly times?: number;
  /** Whether it strikes before anything is done, or after. `before` if absent. */
  readonly moment?: "before" | "after";
  readonly retryAfterSeconds?: number;
  readonly latencyMs?: number;
}

/** Faults waiting for their requests. */
export interface Faults {
  inject(fault: Fault): void;
  /** Takes the first fault that matches, counting it down. */
  take(method: string, path: string): Fault | undefined;
  /** How many have not hit as many requests as they should. */
  left(): number;
  clear(): void;
}

/** No faults, to begin with. */
export function newFaults(): Faults {
  const waiting: { fault: Fault; left: number }[] = [];
  return {
    inject: (fault) => void waiting.push({ fault, left: fault.times ?? 1 }),
    left: () => waiting.length,
    clear: () => waiting.splice(0),
    take(method, path) {
      const index = waiting.findIndex(({ fault }) => matches(fault, `${method} ${path}`));
      const found = waiting[index];
      if (!found) return undefined;
      found.left -= 1;
      if (found.left === 0) waiting.splice(index, 1);
      return found.fault;
    },
  };
}

/** Plays a fault instead of the reply. `body` is the body of the suppressed reply, if there is one. */
export function play(fault: Fault, response: ServerResponse, body: string): void {
  const players: Record<Exclude<FaultKind, "slow">, () => void> = {
    timeout: () => {},
    reset: () => response.socket?.resetAndDestroy(),
    "rate-limit": () => send(response, 429, errorBody("rate_limit", "Too many requests."), retryAfter(fault)),
    "error-500": () => send(response, 500, errorBody("api_error", "Something went wrong on our end."), {}),
    "html-502": () =>
      send(response, 502, "<html><h1>502 Bad Gateway</h1></html>", { "content-type": "text/html" }),
    garbage: () => send(response, 200, "\u0000\u0001 not json \u00ff", {}),
    truncated: () => send(response, 200, body.slice(0, Math.floor(body.length / 2)) || "{", {}),
  };
  if (fault.kind !== "slow") players[fault.kind]();
}

/** The body of a 500 in Stripe's shape, which v1 keeps for the idempotency key. */
export function errorBody(type: string, message: string): string {
  return JSON.stringify({ error: { type, message } });
}

function matches(fault: Fault, request: string): boolean {
  if (fault.match === undefined) return true;
  return typeof fault.match === "string" ? fault.match === request : fault.match.test(request);
}

function retryAfter(fault: Fault): Record<string, string> {
  return fault.retryAfterSeconds === undefined ? {} : { "retry-after": String(fault.retryAfterSeconds) };
}

function send(response: ServerResponse, status: number, body: string, headers: Record<string, string>): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(body);
}
