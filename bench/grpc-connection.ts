import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** Unary gRPC calls on one HTTP/2 connection, all to one method with the same headers. */
export interface GrpcConnection {
  /** Sends a call of at most 16,379 bytes, which fit one frame. `done` is given its gRPC status, such as `0`, or says how the call was lost. */
  call(message: Uint8Array, done: (status: string) => void): void;
  close(): void;
}

/** Where calls go, and with which headers. */
export interface GrpcTarget {
  /** `http://127.0.0.1:8080`. */
  readonly url: string;
  /** `/types.PayoutService/CreateLink`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Opens a connection. It speaks just enough HTTP/2 to load a server: Node's own client costs more than the servers that
 * are measured with it, and would take their processor.
 */
export async function connectGrpc(target: GrpcTarget): Promise<GrpcConnection> {
  const { hostname, port, host } = new URL(target.url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, "connect");
  const connection = new Connection(socket, headerBlock(target, host));
  return { call: connection.call.bind(connection), close: () => socket.end() };
}

const frameType = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goaway: 7, windowUpdate: 8 };
const endStream = 0x1;
const endHeaders = 0x4;
const acknowledgement = 0x1;
const frameHeaderBytes = 9;
const messagePrefixBytes = 5;

class Connection {
  readonly #socket: Socket;
  readonly #headers: Buffer;
  readonly #calls = new Map<number, (status: string) => void>();
  #nextStream = 1;
  /** Bytes of messages that the server still takes. */
  #window = 65_535;
  #held: { bytes: Buffer; messageBytes: number }[] = [];
  #unsent: Buffer[] = [];
  #unread: Buffer = Buffer.alloc(0);
  /** Why nothing more can be sent. */
  #lost: string | undefined;

  constructor(socket: Socket, headers: Buffer) {
    this.#socket = socket;
    this.#headers = headers;
    socket.write(opening);
    socket.on("data", (bytes: Buffer) => this.#read(bytes));
    socket.on("error", () => undefined);
    socket.on("close", () => this.#lose("connection closed"));
  }

  call(message: Uint8Array, done: (status: string) => void): void {
    const stream = this.#nextStream;
    this.#nextStream += 2;
    if (this.#lost !== undefined) {
      process.nextTick(done, this.#lost);
      return;
    }
    this.#calls.set(stream, done);
    const messageBytes = messagePrefixBytes + message.length;
    const bytes = Buffer.allocUnsafe(2 * frameHeaderBytes + this.#headers.length + messageBytes);
    let at = writeFrameHeader(bytes, 0, this.#headers.length, frameType.headers, endHeaders, stream);
    at += this.#headers.copy(bytes, at);
    at = writeFrameHeader(bytes, at, messageBytes, frameType.data, endStream, stream);
    bytes[at] = 0;
    bytes.writeUInt32BE(message.length, at + 1);
    bytes.set(message, at + messagePrefixBytes);
    this.#held.push({ bytes, messageBytes });
    this.#release();
  }

  /** Lets go of what the server's window has room for. */
  #release(): void {
    let count = 0;
    for (const { bytes, messageBytes } of this.#held) {
      if (messageBytes > this.#window) break;
      this.#window -= messageBytes;
      this.#write(bytes);
      count += 1;
    }
    this.#held = count === this.#held.length ? [] : this.#held.slice(count);
  }

  #write(bytes: Buffer): void {
    // One system call for all that one turn of the event loop sends.
    if (this.#unsent.push(bytes) > 1) return;
    process.nextTick(() => {
      this.#socket.write(this.#unsent.length === 1 ? bytes : Buffer.concat(this.#unsent));
      this.#unsent = [];
    });
  }

  #read(bytes: Buffer): void {
    let rest: Buffer = this.#unread.length === 0 ? bytes : Buffer.concat([this.#unread, bytes]);
    while (rest.length >= frameHeaderBytes) {
      const end = frameHeaderBytes + rest.readUIntBE(0, 3);
      if (rest.length < end) break;
      const stream = rest.readUInt32BE(5) & 0x7fff_ffff;
      this.#take(rest.readUInt8(3), rest.readUInt8(4), stream, rest.subarray(frameHeaderBytes, end));
      rest = rest.subarray(end);
    }
    this.#unread = rest;
  }

  #take(type: number, flags: number, stream: number, payload: Buffer): void {
    if (type === frameType.headers && flags & endStream) this.#end(stream, readStatus(payload));
    else if (type === frameType.data && flags & endStream) this.#end(stream, "no trailers");
    else if (type === frameType.reset) this.#end(stream, `reset with code ${payload.readUInt32BE(0)}`);
    else if (type === frameType.goaway) this.#lose(`connection ended with code ${payload.readUInt32BE(4)}`);
    else if (type === frameType.windowUpdate && stream === 0) {
      this.#window += payload.readUInt32BE(0);
      this.#release();
    } else if ((type === frameType.settings || type === frameType.ping) && !(flags & acknowledgement)) {
      this.#write(frame(type, acknowledgement, type === frameType.ping ? payload : Buffer.alloc(0)));
    }
  }

  #end(stream: number, status: string): void {
    const done = this.#calls.get(stream);
    this.#calls.delete(stream);
    done?.(status);
  }

  #lose(why: string): void {
    this.#lost ??= why;
    for (const stream of [...this.#calls.keys()]) this.#end(stream, why);
  }
}

function frame(type: number, flags: number, payload: Buffer): Buffer {
  const bytes = Buffer.alloc(frameHeaderBytes + payload.length);
  payload.copy(bytes, writeFrameHeader(bytes, 0, payload.length, type, flags, 0));
  return bytes;
}

function writeFrameHeader(
  bytes: Buffer,
  at: number,
  length: number,
  type: number,
  flags: number,
  stream: number,
): number {
  bytes.writeUIntBE(length, at, 3);
  bytes[at + 3] = type;
  bytes[at + 4] = flags;
  return bytes.writeUInt32BE(stream, at + 5);
}

function setting(id: number, value: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUInt16BE(id, 0);
  bytes.writeUInt32BE(value, 2);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value, 0);
  return bytes;
}

const largestWindow = 2 ** 31 - 1;

/** The preface; no table of headers, so that each block can be read by itself; no push; windows that never fill. */
const opening = Buffer.concat([
  Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  frame(frameType.settings, 0, Buffer.concat([setting(1, 0), setting(2, 0), setting(4, largestWindow)])),
  frame(frameType.windowUpdate, 0, uint32(largestWindow - 65_535)),
]);

function headerBlock({ path, headers }: GrpcTarget, authority: string): Buffer {
  const all = {
    ":method": "POST",
    ":scheme": "http",
    ":path": path,
    ":authority": authority,
    "content-type": "application/grpc+proto",
    te: "trailers",
    ...headers,
  };
  const literals = Object.entries(all).flatMap(([name, value]) => [
    Buffer.from([0]),
    literal(name),
    literal(value),
  ]);
  return Buffer.concat(literals);
}

/** A string as HPACK has it: its length, seven bits in the first byte, then its bytes. */
function literal(text: string): Buffer {
  const bytes = Buffer.from(text, "latin1");
  const length: number[] = [];
  if (bytes.length < 127) length.push(bytes.length);
  else {
    length.push(127);
    let rest = bytes.length - 127;
    for (; rest >= 128; rest >>= 7) length.push((rest & 127) | 128);
    length.push(rest);
  }
  return Buffer.concat([Buffer.from(length), bytes]);
}

/** `grpc-status` in the two ways that HPACK may write it: in Huffman code, and plainly. */
const statusNames = [Buffer.from("889acac8b21234da8f", "hex"), literal("grpc-status")];

/** The digits of `grpc-status`, which no encoder shortens. */
function readStatus(block: Buffer): string {
  for (const name of statusNames) {
    const at = block.indexOf(name);
    if (at === -1) continue;
    const begin = at + name.length;
    const length = block[begin] ?? 0;
    return block.toString("latin1", begin + 1, begin + 1 + length);
  }
  return "no grpc-status";
}
