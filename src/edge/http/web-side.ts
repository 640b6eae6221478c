import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import type { Limits } from "../dispatch/limits.ts";
import type { RequestListener } from "../port/port.ts";
import { receiveBody } from "./page-body.ts";

/** The pages of a port. */
export interface WebSide {
  readonly request: RequestListener;
  /** Resolves when no page is at work any more, though its client may have gone long since. */
  idle(): Promise<void>;
}

/** Puts pages behind a port. */
export function createWebSide(web: Hono, limits: Limits): WebSide {
  const listen = getRequestListener(web.fetch, { overrideGlobalObjects: false });
  const atWork = new Set<Promise<unknown>>();
  return {
    request: (request, response) =>
      receiveBody(request, response, limits, () => {
        const work = Promise.resolve(listen(request, response)).finally(() => atWork.delete(work));
        atWork.add(work);
      }),
    idle: async () => {
      await Promise.allSettled(atWork);
    },
  };
}
