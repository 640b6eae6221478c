import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { createFrameReader, frame } from "./grpc-frame.ts";

const messageBytes = 1000;
const message = Buffer.from("a message");

function read(pieces: Buffer[], encoding?: string): Buffer {
  const reader = createFrameReader({ encoding, messageBytes });
  for (const piece of pieces) reader.push(piece);
  return Buffer.from(reader.message());
}

function compressed(content: Buffer): Buffer {
  const framed = frame(content);
  framed[0] = 1;
  return framed;
}

test("a message is the same in one piece, byte by byte and cut anywhere", () => {
  const framed = frame(message);
  expect(read([framed])).toEqual(message);
  expect(read([...framed].map((byte) => Buffer.from([byte])))).toEqual(message);
  for (let cut = 0; cut <= framed.length; cut += 1) {
    expect(read([framed.subarray(0, cut), framed.subarray(cut)])).toEqual(message);
  }
  expect(read([frame(Buffer.alloc(0))])).toEqual(Buffer.alloc(0));
});

test("gzip is read where the call says so", () => {
  expect(read([compressed(gzipSync(message))], "gzip")).toEqual(message);
  expect(read([frame(message)], "gzip")).toEqual(message);
});

test.each<[string, string, Buffer[], string?]>([
  ["nothing", "ended without a message", []],
  ["four bytes", "shorter than its length prefix", [Buffer.from([0, 0, 0, 0])]],
  ["less than announced", "shorter than its length prefix", [frame(message).subarray(0, 8)]],
  ["something after it", "something after the message", [frame(message), Buffer.from("x")]],
  ["a second message", "something after the message", [Buffer.concat([frame(message), frame(message)])]],
  ["an unknown flag", "flag byte", [Buffer.from([2, 0, 0, 0, 0])]],
  ["compressed, and no encoding", "names no compression", [compressed(gzipSync(message))]],
  ["compressed, and identity", "names no compression", [compressed(gzipSync(message))], "identity"],
  ["not gzip", "not gzip", [compressed(message)], "gzip"],
  ["gzip cut short", "not gzip", [compressed(gzipSync(message).subarray(0, 15))], "gzip"],
  ["a bomb", "too large once decompressed", [compressed(gzipSync(Buffer.alloc(100_000)))], "gzip"],
])("%s: %s", (_case, text, pieces, encoding) => {
  expect(() => read(pieces, encoding)).toThrow(text);
});

test("a message that is too large is refused by its prefix, before it arrives", () => {
  const reader = createFrameReader({ encoding: undefined, messageBytes });
  reader.push(Buffer.from([0, 0, 0, 3]));
  expect(() => reader.push(Buffer.from([0xe9]))).toThrow(
    "The message has 1001 bytes; this server takes 1000 bytes.",
  );
  const fits = createFrameReader({ encoding: undefined, messageBytes });
  fits.push(Buffer.from([0, 0, 0, 3, 0xe8]));
});
