import { gunzipSync } from "node:zlib";
import { Failure } from "../../core/failure.ts";

const prefixBytes = 5;

/** Options of {@link createFrameReader}. */
export interface FrameOptions {
  /** The call's `grpc-encoding`. */
  readonly encoding: string | undefined;
  /** Size limit of a message, before and after decompression. */
  readonly messageBytes: number;
}

/** A message as gRPC sends it: uncompressed, behind its length. */
export function frame(message: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(prefixBytes + message.length);
  framed[0] = 0;
  framed.writeUInt32BE(message.length, 1);
  framed.set(message, prefixBytes);
  return framed;
}

/** Puts together the one message of a unary call, which arrives in pieces of any size. */
export interface FrameReader {
  /** Takes a piece. @throws Failure as soon as the message cannot be taken. */
  push(piece: Buffer): void;
  /** The message, when everything has arrived. @throws Failure where that was not exactly one message. */
  message(): Uint8Array;
}

/** Makes the reader of one call. */
export function createFrameReader({ encoding, messageBytes }: FrameOptions): FrameReader {
  let body: Buffer = Buffer.alloc(0);
  const pieces: Buffer[] = [];
  let bytes = 0;

  /** Joins what has arrived only when it must be looked at: pieces of one byte must not cost a copy each. */
  function join(): Buffer {
    if (pieces.length > 0) {
      body =
        body.length === 0 && pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat([body, ...pieces]);
      pieces.length = 0;
    }
    return body;
  }

  return {
    push(piece) {
      const before = bytes;
      pieces.push(piece);
      bytes += piece.length;
      if (bytes < prefixBytes) return;
      if (before < prefixBytes) refuseLength(join().readUInt32BE(1), messageBytes);
      if (bytes > prefixBytes + body.readUInt32BE(1)) throw severalMessages();
    },

    message() {
      const all = join();
      if (all.length === 0) throw noMessage();
      if (all.length < prefixBytes || all.length < prefixBytes + all.readUInt32BE(1)) throw cutShort();
      const content = all.subarray(prefixBytes);
      return readCompressedFlag(all[0], encoding) ? inflate(content, messageBytes) : content;
    },
  };
}

function refuseLength(length: number, messageBytes: number): void {
  if (length > messageBytes) throw tooLarge(`The message has ${length} bytes`, messageBytes);
}

function readCompressedFlag(flag: number | undefined, encoding: string | undefined): boolean {
  if (flag === 0) return false;
  if (flag === 1 && encoding === "gzip") return true;
  throw new Failure(
    "INTERNAL",
    flag === 1
      ? "The message says it is compressed, and the call names no compression. Send grpc-encoding: gzip with it, or send it uncompressed."
      : "The message begins with a flag byte that is neither 0 nor 1. Send a gRPC length-prefixed message.",
  );
}

function inflate(content: Uint8Array, messageBytes: number): Uint8Array {
  try {
    return gunzipSync(content, { maxOutputLength: messageBytes });
  } catch (error) {
    if (error instanceof RangeError)
      throw tooLarge("The message is too large once decompressed", messageBytes);
    throw new Failure(
      "INVALID_DATA_FORMAT",
      "The message is not gzip, although grpc-encoding says so. Compress it with gzip, or leave grpc-encoding out.",
      { cause: error },
    );
  }
}

function tooLarge(excess: string, messageBytes: number): Failure {
  return new Failure(
    "REQUEST_TOO_LARGE",
    `${excess}; this server takes ${messageBytes} bytes. Send a smaller message.`,
  );
}

function noMessage(): Failure {
  return new Failure(
    "UNSUPPORTED_PROTOCOL",
    "The call ended without a message. Send exactly one, even if it is empty: five zero bytes.",
  );
}

function severalMessages(): Failure {
  return new Failure(
    "UNSUPPORTED_PROTOCOL",
    "There is something after the message. A unary call carries exactly one, and its length prefix must be right.",
  );
}

function cutShort(): Failure {
  return new Failure(
    "INVALID_DATA_FORMAT",
    "The message is shorter than its length prefix says. Send all of it before ending the stream.",
  );
}
