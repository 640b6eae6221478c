import type { Http2Session } from "node:http2";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Peer, PeerCertificate } from "../../security/caller.ts";

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
