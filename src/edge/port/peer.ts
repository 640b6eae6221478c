import type { Http2Session } from "node:http2";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Peer, PeerCertificate } from "../../security/caller.ts";

/** What proves nothing. */
export const stranger: Peer = { certificate: undefined };

const peers = new WeakMap<object, Peer>();

/** What a connection proves, found out at its first call. */
export function peerOf(connection: Http2Session | Socket | undefined): Peer {
  if (!connection) return stranger;
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
  // Whatever else makes a connection authorised, such as a session that is resumed, only a certificate proves something.
  if (!raw) return undefined;
  return { commonName: subject?.CN, organization: subject?.O, unit: subject?.OU };
}
