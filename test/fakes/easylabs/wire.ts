import type { ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import type { FakeRequest, ProviderFault } from "../../support/stages/provider-fake.ts";
import { waitingFaults } from "../../support/stages/waiting-faults.ts";
import { type ApiRequest, answer } from "./api.ts";
import { play, send } from "./faults.ts";
import type { State } from "./state.ts";

/** The way between a caller and the API, on which requests and answers get lost. */
export interface Wire {
  /** Takes a request to the API, and its answer back. */
  carry(request: ApiRequest, response: ServerResponse): Promise<void>;
  /** Every request that was carried, oldest first. */
  readonly requests: readonly FakeRequest[];
  inject(fault: ProviderFault): void;
  /** How many of these still wait for a request. */
  faultsLeft(): number;
  /** Loses the next POST on its way, until the returned function lets it arrive. */
  delayNext(): () => void;
}

/** A way that takes `latencyMs` and loses nothing yet. */
export function newWire(state: State, latencyMs = 0): Wire {
  const faults = waitingFaults();
  const requests: FakeRequest[] = [];
  let delayed: { request?: ApiRequest } | undefined;
  return {
    requests,
    inject: faults.inject,
    faultsLeft: faults.left,
    delayNext: () => {
      const post: { request?: ApiRequest } = {};
      delayed = post;
      return () => void (post.request && answer(state, post.request));
    },
    async carry(request, response) {
      requests.push({ method: request.method, path: request.path });
      if (latencyMs > 0) await wait(latencyMs);
      if (delayed && request.method === "POST") {
        delayed.request = request;
        delayed = undefined;
        return play({ kind: "reset", when: "before" }, response);
      }
      const fault = faults.take(request.method);
      if (fault?.when === "before") return play(fault, response);
      const reply = answer(state, request);
      return fault ? play(fault, response) : send(response, reply);
    },
  };
}
