import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse, Http2Session } from "node:http2";
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Peer, PeerCertificate } from "../../security/caller.ts";
import type { Log } from "../../telemetry/log.ts";
import type { StreamTaker } from "../grpc/unary-grpc.ts";
import { readFirstBytes, type Speech } from "./first-bytes.ts";
import { createHttp1Side } from "./http1-side.ts";
import { createHttp2Side } from "./http2-side.ts";
import { createTlsSide, type TlsFiles } from "./tls-side.ts";

/** Answers a request of either version of HTTP. */
export type RequestListener = (
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
) => void;

/** Options of {@link listen}. */
export interface PortOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Everything in TLS; without it everything is plaintext. */
  readonly tls?: TlsFiles | undefined;
  /** Serves an HTTP/2 stream, or leaves it to `request`. */
  readonly take?: StreamTaker;
  /** Answers everything else. */
  readonly request: RequestListener;
  readonly log: Log;
  /** How long a new connection's first bytes, or a request's headers, may take to arrive, in milliseconds. 10 s if absent. */
  readonly silenceMs?: number;
  /** How often HTTP/2 peers are pinged, in milliseconds. A minute if absent. */
  readonly pingMs?: number;
}

/** A listener that is up. */
export interface Port {
  readonly address: AddressInfo;
  /** `http://127.0.0.1:8080`, with the port that was taken. */
  readonly url: string;
  /** Open connections. */
  connections(): number;
  /**
   * Stops accepting, tells clients to go elsewhere, and resolves when the last connection has closed. After `graceMs` those
   * that are left are cut.
   */
  drain(graceMs: number): Promise<void>;
}

/** Listens for every client on one port: HTTP/2 and HTTP/1.1, in plaintext or in TLS. Rejects if the port is taken. */
export async function listen(options: PortOptions): Promise<Port> {
  const { host, port, tls, take, request, log, silenceMs = 10_000, pingMs = 60_000 } = options;
  const sockets = new Set<Socket>();
  const undecided = new Set<() => void>();
  const http1 = createHttp1Side({ request, silenceMs });
  const http2 = createHttp2Side({ take, request, pingMs });
  const secure = tls && createTlsSide({ files: tls, http1, http2 });
  const server = createServer({ noDelay: true, keepAlive: true, allowHalfOpen: true }, accept);

  function accept(socket: Socket): void {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    const drop = readFirstBytes(socket, {
      silenceMs,
      decided(speech) {
        undecided.delete(drop);
        handOver(socket, speech);
      },
    });
    undecided.add(drop);
    socket.on("close", () => undecided.delete(drop));
  }

  function handOver(socket: Socket, speech: Speech): void {
    if ((speech === "tls") !== (secure !== undefined)) {
      refuse(socket, secure !== undefined);
      return;
    }
    // An HTTP/1.1 client may end its side and read on. One of HTTP/2, or in TLS, that does has gone.
    socket.allowHalfOpen = speech === "http1";
    if (secure) secure.accept(socket);
    else if (speech === "http2") http2.accept(socket);
    else http1.accept(socket);
  }

  server.listen(port, host);
  await once(server, "listening");
  // Such as too many open files: the next connection may find one free.
  server.on("error", (error) => log.error({ error }, "failed to accept a connection"));
  const address = server.address() as AddressInfo;

  return {
    address,
    url: `${tls ? "https" : "http"}://${address.family === "IPv6" ? `[${address.address}]` : address.address}:${address.port}`,
    connections: () => sockets.size,
    async drain(graceMs) {
      const closed = once(server, "close");
      server.close();
      for (const drop of undecided) drop();
      http1.drain();
      http2.drain();
      const cutting = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, graceMs);
      await closed;
      clearTimeout(cutting);
    },
  };
}

/** Answers a client that speaks TLS to a plaintext port, or the reverse, in text that people can read. */
function refuse(socket: Socket, speaksTls: boolean): void {
  const body = speaksTls
    ? "This port speaks TLS. Use https://, or leave -plaintext out.\n"
    : "This port speaks plaintext. Use http://, or say -plaintext.\n";
  socket.on("error", () => undefined);
  socket.end(
    `HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
    () => socket.destroySoon(),
  );
  socket.resume();
}

/** The other end of a connection without a client certificate. */
export const anonymousPeer: Peer = { certificate: undefined };

const peers = new WeakMap<object, Peer>();

/** The other end of a connection. Its certificate is read once, at the connection's first call. */
export function peerOf(connection: Http2Session | Socket | undefined): Peer {
  if (!connection) return anonymousPeer;
  let peer = peers.get(connection);
  if (!peer) {
    peer = { certificate: readCertificate("socket" in connection ? connection.socket : connection) };
    peers.set(connection, peer);
  }
  return peer;
}

function readCertificate(socket: Socket | TLSSocket): PeerCertificate | undefined {
  // A session of HTTP/2 shows these properties of its socket, but not by `in`.
  const { authorized } = socket as TLSSocket;
  if (!authorized) return undefined;
  const { raw, subject } = (socket as TLSSocket).getPeerCertificate();
  // A resumed TLS session counts as authorised too, but only a certificate identifies the caller.
  if (!raw) return undefined;
  return { commonName: subject?.CN, organization: subject?.O, unit: subject?.OU };
}
