import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { answerControl, type Control, newControl } from "./control.ts";
import { type ApiReply, newEndpoints } from "./endpoints.ts";
import { newFaults, play } from "./faults.ts";
import { answerPage } from "./hosted-page.ts";
import { newState } from "./state.ts";

/** How to start the fake. */
export interface FakeStripeOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** How long every answer takes, in milliseconds. 0 if absent. */
  readonly latencyMs?: number;
  /** Whether to remember requests for `control.requests()`. True if absent. */
  readonly record?: boolean;
}

/** A running fake. */
export interface FakeStripe {
  /** Base URL without a trailing slash. */
  readonly url: string;
  readonly control: Control;
  close(): Promise<void>;
}

/**
 * Starts a stateful imitation of the Stripe endpoints that payouts need, on 127.0.0.1. It is strict: what Stripe would
 * refuse, it refuses in Stripe's shape.
 */
export async function startFakeStripe(options: FakeStripeOptions = {}): Promise<FakeStripe> {
  const clock = { offsetMs: 0 };
  const state = newState(() => Date.now() + clock.offsetMs);
  const faults = newFaults();
  const endpoints = newEndpoints(state, options.record ?? true);
  const control = newControl({ state, faults, endpoints, clock });

  const answerApi = async (request: IncomingMessage, response: ServerResponse) => {
    const call = endpoints.arrive(request, await bodyOf(request));
    const fault = faults.take(call.method, call.path);
    if (fault && fault.kind !== "slow" && fault.moment !== "after") {
      if (fault.kind === "error-500") endpoints.poison(call);
      play(fault, response, "");
      return;
    }
    const latencyMs = (options.latencyMs ?? 0) + (fault?.kind === "slow" ? (fault.latencyMs ?? 0) : 0);
    const reply = await endpoints.answer(call, latencyMs);
    if (fault && fault.kind !== "slow") play(fault, response, reply.body);
    else send(response, reply);
  };

  const answerPerson = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = "GET", url = "/" } = request;
    const body = await bodyOf(request);
    const forControl = url.startsWith("/_fake/");
    send(response, forControl ? answerControl(control, url, body) : answerPage(state, method, url, body));
  };

  const server = createServer((request, response) => {
    const answer = request.url?.startsWith("/v") ? answerApi : answerPerson;
    answer(request, response).catch((error) => response.destroy(error));
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: state.url,
    control,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(response: ServerResponse, reply: ApiReply): void {
  response.writeHead(reply.status, reply.headers);
  response.end(reply.body);
}

function bodyOf(request: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => {
      text += chunk;
    });
    request.on("end", () => resolve(text));
    request.on("error", () => resolve(text));
  });
}
