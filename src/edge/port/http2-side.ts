import { createServer, Http2ServerRequest, Http2ServerResponse, type ServerHttp2Session } from "node:http2";
import type { Duplex } from "node:stream";
import type { StreamTaker } from "../grpc/unary-grpc.ts";
import type { RequestListener } from "./port.ts";

/** The HTTP/2 half of a port. */
export interface Http2Side {
  /** Serves a connection whose first bytes were HTTP/2's. */
  accept(connection: Duplex): void;
  /** Tells every client to go elsewhere, lets the calls that have begun finish, and closes. */
  drain(): void;
}

/** Options of {@link createHttp2Side}. */
export interface Http2SideOptions {
  /** Serves a stream, or leaves it to `request`. */
  readonly take: StreamTaker | undefined;
  readonly request: RequestListener;
  /** How often peers are pinged, in milliseconds. A peer that misses one ping is cut. */
  readonly pingMs: number;
}

/** Streams of one connection at once. An orchestrator may well send everything on one. */
const maxConcurrentStreams = 1024;

/** Of one connection, in MB: so many calls with headers of the largest size. */
const maxSessionMemory = 64;

/**
 * A larger block of headers resets the stream. Above what calls may have, so that a call that is too large gets a readable
 * answer first.
 */
const maxHeaderListBytes = 64 * 1024;

/** Makes the HTTP/2 half of a port. */
export function createHttp2Side({ take, request, pingMs }: Http2SideOptions): Http2Side {
  const sessions = new Set<ServerHttp2Session>();
  const unanswered = new WeakSet<ServerHttp2Session>();
  const server = createServer({
    maxSessionMemory,
    // Callers whose deadlines pass together reset many streams at once, which must not look like an attack.
    streamResetBurst: 2048,
    streamResetRate: 256,
    settings: { maxConcurrentStreams, maxHeaderListSize: maxHeaderListBytes, enablePush: false },
  });

  server.on("session", (session) => {
    sessions.add(session);
    session.on("error", () => undefined);
    session.on("close", () => sessions.delete(session));
  });
  server.on("stream", (stream, headers, _flags, rawHeaders) => {
    if (take?.(stream, headers, rawHeaders)) return;
    stream.on("error", () => undefined);
    request(new Http2ServerRequest(stream, headers, {}, rawHeaders), new Http2ServerResponse(stream));
  });

  const pinging = setInterval(() => {
    for (const session of sessions) checkAlive(session);
  }, pingMs).unref();

  function checkAlive(session: ServerHttp2Session): void {
    if (unanswered.has(session)) {
      session.destroy();
      return;
    }
    unanswered.add(session);
    session.ping((error) => {
      if (!error) unanswered.delete(session);
    });
  }

  return {
    accept: (connection) => {
      server.emit("connection", connection);
    },
    drain() {
      clearInterval(pinging);
      for (const session of sessions) leave(session);
    },
  };
}

/** How long a client may take to notice that it should go elsewhere, in milliseconds. */
const noticeMs = 100;

/**
 * Ends a session in the two steps of HTTP/2: all streams so far and on their way are welcome, then, after a round trip in
 * which those have arrived, no further one. The session closes with its last stream.
 */
function leave(session: ServerHttp2Session): void {
  if (session.destroyed || session.closed) return;
  session.goaway(0, 2 ** 31 - 1);
  // A session without streams reads nothing after this, the answer to a ping included: hence the timer.
  const timer = setTimeout(close, noticeMs);
  session.ping(close);

  function close(): void {
    clearTimeout(timer);
    if (!session.destroyed) session.close();
  }
}
