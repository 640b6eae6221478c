import type { Socket } from "node:net";

/** The protocol that a connection's first bytes announce. */
export type Speech = "http1" | "http2" | "tls";

const http2Preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
const tlsHandshake = 0x16;

/** HTTP/1.1 methods begin with P and PR too, but none with PRI. */
const decisiveBytes = 3;

/**
 * Reads as much of a connection as tells what it speaks, gives the bytes back to it, and hands it over. A connection that
 * ends or stays silent before that is closed. Returns a function that closes it while undecided.
 */
export function readFirstBytes(
  socket: Socket,
  options: { readonly silenceMs: number; decided(speech: Speech): void },
): () => void {
  // Pieces are kept and given back once, because giving each back at once would read it again without end.
  let seen = Buffer.alloc(0);
  const timer = setTimeout(drop, options.silenceMs);
  socket.on("data", read);
  socket.on("end", drop);
  socket.on("close", stop);
  socket.on("error", drop);
  return drop;

  function read(piece: Buffer): void {
    seen = Buffer.concat([seen, piece]);
    const speech = recognise(seen);
    if (speech === undefined) return;
    stop();
    socket.pause();
    socket.unshift(seen);
    options.decided(speech);
  }

  function stop(): void {
    clearTimeout(timer);
    socket.off("data", read);
    socket.off("end", drop);
    socket.off("close", stop);
    socket.off("error", drop);
  }

  function drop(): void {
    stop();
    socket.on("error", () => undefined);
    socket.destroy();
  }
}

function recognise(bytes: Buffer): Speech | undefined {
  if (bytes[0] === tlsHandshake) return "tls";
  const compared = Math.min(bytes.length, decisiveBytes);
  if (bytes.compare(http2Preface, 0, compared, 0, compared) !== 0) return "http1";
  return compared === decisiveBytes ? "http2" : undefined;
}
