import type { Socket } from "node:net";
import { createServer } from "node:tls";
import type { Http1Side } from "./http1-side.ts";
import type { Http2Side } from "./http2-side.ts";

/** Certificate and key of a TLS port, in PEM. */
export interface TlsFiles {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
  /** Authority that signs client certificates. Where it is set, clients must show one. */
  readonly clientCa?: string | Buffer | undefined;
  /** Accepts clients without a certificate too, which then authenticate by key or token. */
  readonly isClientCertificateOptional?: boolean;
}

/** The encrypted entrance of a port. */
export interface TlsSide {
  /** Serves a connection whose first byte was TLS's. */
  accept(socket: Socket): void;
}

/** Options of {@link createTlsSide}. */
export interface TlsSideOptions {
  readonly files: TlsFiles;
  readonly http1: Http1Side;
  readonly http2: Http2Side;
}

const handshakeTimeoutMs = 10_000;

/** Makes the encrypted entrance: ALPN says which half of the port a connection goes to. */
export function createTlsSide({ files, http1, http2 }: TlsSideOptions): TlsSide {
  const { cert, key, clientCa, isClientCertificateOptional = false } = files;
  const server = createServer({
    cert,
    key,
    ALPNProtocols: ["h2", "http/1.1"],
    handshakeTimeout: handshakeTimeoutMs,
    ...(clientCa
      ? { ca: clientCa, requestCert: true, rejectUnauthorized: !isClientCertificateOptional }
      : {}),
  });
  server.on("secureConnection", (connection) => {
    (connection.alpnProtocol === "h2" ? http2 : http1).accept(connection);
  });
  server.on("tlsClientError", (_error, connection) => connection.destroy());
  return {
    accept: (socket) => {
      server.emit("connection", socket);
    },
  };
}
