import { createServer, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { RequestListener } from "./port.ts";

/** The HTTP/1.1 half of a port. */
export interface Http1Side {
  /** Serves a connection whose first bytes were not HTTP/2's. */
  accept(connection: Duplex): void;
  /** Closes connections as soon as they have nothing under way. */
  drain(): void;
}

/** Options of {@link createHttp1Side}. */
export interface Http1SideOptions {
  readonly request: RequestListener;
  /** How long the headers of a request may take to arrive, in milliseconds. */
  readonly silenceMs: number;
}

const maxHeaderBytes = 16 * 1024;

/** A whole request, its body included. */
const requestTimeoutMs = 60_000;

/** Above what load balancers keep a connection for, so that they, not we, close it. */
const keepAliveTimeoutMs = 65_000;

/** Makes the HTTP/1.1 half of a port. */
export function createHttp1Side({ request, silenceMs }: Http1SideOptions): Http1Side {
  const underWay = new Set<ServerResponse>();
  let draining = false;
  const server = createServer({
    maxHeaderSize: maxHeaderBytes,
    headersTimeout: silenceMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    connectionsCheckingInterval: Math.ceil(silenceMs / 4),
  });
  server.on("request", (incoming, response) => {
    if (draining) response.setHeader("connection", "close");
    underWay.add(response);
    response.once("close", () => {
      underWay.delete(response);
      // A response that began before the drain did not announce that it was the connection's last.
      if (draining) server.closeIdleConnections();
    });
    request(incoming, response);
  });
  // A server that does not listen itself would never look for slow requests.
  server.emit("listening");

  return {
    accept: (connection) => {
      server.emit("connection", connection);
      // Its first bytes were given back and wait to be read again.
      connection.resume();
    },
    drain() {
      draining = true;
      for (const response of underWay) if (!response.headersSent) response.setHeader("connection", "close");
      server.close();
    },
  };
}
