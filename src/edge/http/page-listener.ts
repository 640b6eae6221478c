import { type IncomingMessage, ServerResponse } from "node:http";
import { constants, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import type { Limits } from "../dispatch/limits.ts";
import type { RequestListener } from "../port/port.ts";

/** Answers the requests of a port with pages. */
export interface PageListener {
  readonly request: RequestListener;
  /** Resolves when no page is at work any more, though its client may have gone long since. */
  idle(): Promise<void>;
}

/** Makes the listener of some pages. */
export function createPageListener(web: Hono, limits: Limits): PageListener {
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

type Request = IncomingMessage | Http2ServerRequest;
type Response = ServerResponse | Http2ServerResponse;

/** Where the adapter of the pages looks for a body that has been read already. */
type WithBody = { rawBody?: Buffer };

/**
 * Receives what is sent to a page before the page is asked, so that size and time are limited whatever the page does, then goes
 * on. Too much is answered with 413, and what does not arrive with 408. Where the client has gone, nothing happens.
 */
function receiveBody(request: Request, response: Response, limits: Limits, goOn: () => void): void {
  if (request.method === "GET" || request.method === "HEAD") {
    goOn();
    return;
  }
  const pieces: Buffer[] = [];
  let bytes = 0;
  const timer = setTimeout(() => stop(408, "That took too long to arrive here.\n"), limits.pageBodyMs);
  request.on("data", take);
  request.on("end", finish);
  request.on("error", () => undefined);
  request.on("close", () => clearTimeout(timer));

  function take(piece: Buffer): void {
    bytes += piece.length;
    pieces.push(piece);
    if (bytes > limits.pageBytes) stop(413, "That is more than can be sent here.\n");
  }

  function finish(): void {
    clearTimeout(timer);
    (request as WithBody).rawBody = Buffer.concat(pieces);
    goOn();
  }

  function stop(status: number, text: string): void {
    clearTimeout(timer);
    request.off("data", take);
    request.off("end", finish);
    refuse(request, response, status, text);
  }
}

/** Answers, and has the client stop sending. */
function refuse(request: Request, response: Response, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader("content-type", "text/plain; charset=utf-8");
  if (response instanceof ServerResponse) response.setHeader("connection", "close");
  response.end(text);
  request.resume();
  if ("stream" in request) request.stream.close(constants.NGHTTP2_NO_ERROR);
}
