import { type IncomingMessage, ServerResponse } from "node:http";
import { constants, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import type { Limits } from "../dispatch/limits.ts";
import type { RequestListener } from "../port/port.ts";

/** Answers the requests of a port with pages. */
export interface PageListener {
  readonly request: RequestListener;
  /** Resolves when no page handler is running any more, those whose client has gone included. */
  idle(): Promise<void>;
}

/** Makes the listener of some pages. */
export function createPageListener(web: Hono, limits: Limits): PageListener {
  const listen = getRequestListener(web.fetch, { overrideGlobalObjects: false });
  const running = new Set<Promise<unknown>>();
  return {
    request: (request, response) =>
      receiveBody(request, response, limits, () => {
        const work = Promise.resolve(listen(request, response)).finally(() => running.delete(work));
        running.add(work);
      }),
    idle: async () => {
      await Promise.allSettled(running);
    },
  };
}

type Request = IncomingMessage | Http2ServerRequest;
type Response = ServerResponse | Http2ServerResponse;

/** The adapter of Hono takes a body that was read already from this property. */
type WithBody = { rawBody?: Buffer };

/**
 * Receives a request's body before its page runs, so that size and time are limited in one place, then goes on. A body that is too
 * large is answered with 413, and one that does not arrive in time with 408. Nothing happens where the client has gone.
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
