import type { IncomingHttpHeaders } from "node:http";
import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import {
  type DescMethodUnary,
  type DescService,
  fromBinary,
  type Message,
  toBinary,
} from "@bufbuild/protobuf";
import { Failure } from "../../core/failure.ts";
import type { Dispatch } from "../dispatch/dispatch.ts";
import { IncomingCall, metadataTooLarge, sizeOfMetadata } from "../dispatch/incoming-call.ts";
import type { Limits } from "../dispatch/limits.ts";
import { indexMethods, malformedMessage, unknownMethod } from "../dispatch/methods.ts";
import { encodeStatus, toConnectError } from "../dispatch/status.ts";
import { peerOf } from "../port/port.ts";
import { createFrameReader, frame } from "./grpc-frame.ts";
import { encodeGrpcMessage } from "./grpc-message.ts";
import { malformedTimeout, readGrpcTimeout } from "./grpc-timeout.ts";

/** Serves an HTTP/2 stream, or returns false and leaves it to the next handler. */
export type StreamTaker = (
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  rawHeaders: readonly string[],
) => boolean;

/** Options of {@link createUnaryGrpc}. */
export interface UnaryGrpcOptions {
  readonly services: readonly DescService[];
  readonly dispatch: Dispatch;
  readonly limits: Limits;
}

/** A stream that carries a call. */
interface Exchange {
  readonly stream: ServerHttp2Stream;
  readonly call: IncomingCall;
  readonly contentType: string;
}

/**
 * Serves unary calls of gRPC over HTTP/2, by its specification: `application/grpc` and `application/grpc+proto`, identity
 * or gzip. Methods that stream, and other content types, are left to others.
 */
export function createUnaryGrpc({ services, dispatch, limits }: UnaryGrpcOptions): StreamTaker {
  const { unary, streaming } = indexMethods(services);

  return (stream, headers, rawHeaders) => {
    const contentType = headers["content-type"];
    if (contentType !== "application/grpc" && contentType !== "application/grpc+proto") return false;
    const path = String(headers[":path"]);
    if (headers[":method"] !== "POST" || streaming.has(path)) return false;

    const timeout = text(headers["grpc-timeout"]);
    const timeoutMs = timeout === undefined ? limits.deadlineMs : readGrpcTimeout(timeout, limits);
    const call = new IncomingCall({
      rawHeaders,
      protocol: "grpc",
      timeoutMs: timeoutMs ?? limits.deadlineMs,
      peer: peerOf(stream.session),
    });
    const exchange = { stream, call, contentType };
    // Without a listener an error of the stream would end the process; `close` follows and says that the caller has gone.
    stream.on("error", () => undefined);
    stream.on("close", () => call.cancel());

    const encoding = text(headers["grpc-encoding"]);
    const refusal = refuse();
    if (refusal) sendError(exchange, dispatch.refuse(unary.get(path), refusal, call));
    else void serve(exchange, unary.get(path) as DescMethodUnary, encoding);
    return true;

    function refuse(): Failure | undefined {
      if (sizeOfMetadata(rawHeaders) > limits.metadataBytes) return metadataTooLarge(limits);
      if (timeoutMs === undefined) return malformedTimeout();
      if (!unary.has(path)) return unknownMethod(path, services);
      if (encoding && encoding !== "gzip" && encoding !== "identity") return unknownEncoding(encoding);
      return undefined;
    }
  };

  async function serve(
    exchange: Exchange,
    method: DescMethodUnary,
    encoding: string | undefined,
  ): Promise<void> {
    const { call } = exchange;
    try {
      const bytes = await receive(exchange, encoding).catch((error) => {
        throw dispatch.refuse(method, error, call);
      });
      const reply = await dispatch.unary(method, call, {
        read: () => decode(method, bytes),
        write: (message) => frame(toBinary(method.output, message)),
      });
      sendReply(exchange, reply);
    } catch (error) {
      sendError(exchange, error);
    }
  }

  function receive({ stream, call }: Exchange, encoding: string | undefined): Promise<Uint8Array> {
    const reader = createFrameReader({ encoding, messageBytes: limits.messageBytes });
    return new Promise((resolve, reject) => {
      call.onEnd = reject;
      if (call.ended) reject(call.ended);
      stream.on("data", function take(piece: Buffer) {
        try {
          reader.push(piece);
        } catch (error) {
          stream.off("data", take);
          reject(error);
        }
      });
      stream.on("end", () => {
        try {
          resolve(reader.message());
        } catch (error) {
          reject(error);
        }
      });
    });
  }
}

function sendReply({ stream, call, contentType }: Exchange, reply: Uint8Array): void {
  if (stream.destroyed || stream.closed) return;
  stream.on("wantTrailers", () => stream.sendTrailers(withTrailers({ "grpc-status": "0" }, call)));
  stream.respond(
    { ":status": 200, "content-type": contentType, "x-request-id": call.requestId },
    { waitForTrailers: true },
  );
  stream.end(reply);
}

/** Answers with headers alone, which is what the specification calls trailers-only. */
function sendError({ stream, call, contentType }: Exchange, error: unknown): void {
  if (stream.destroyed || stream.closed || stream.headersSent) return;
  const status = toConnectError(error);
  const details = encodeStatus(status);
  const headers: OutgoingHttpHeaders = {
    ":status": 200,
    "content-type": contentType,
    "x-request-id": call.requestId,
    "grpc-accept-encoding": "identity,gzip",
    "grpc-status": String(status.code),
    "grpc-message": encodeGrpcMessage(status.rawMessage),
  };
  if (details) headers["grpc-status-details-bin"] = Buffer.from(details).toString("base64");
  const unfinished = !stream.readableEnded;
  stream.respond(withTrailers(headers, call), { endStream: true });
  // The rest of the request will not be read, and this tells the caller to stop sending.
  if (unfinished) stream.close(constants.NGHTTP2_NO_ERROR);
}

function withTrailers(headers: OutgoingHttpHeaders, call: IncomingCall): OutgoingHttpHeaders {
  for (const [name, value] of call.trailers) headers[name] = value;
  return headers;
}

function decode(method: DescMethodUnary, bytes: Uint8Array): Message {
  try {
    return fromBinary(method.input, bytes);
  } catch (error) {
    throw malformedMessage(method, error);
  }
}

function unknownEncoding(encoding: string): Failure {
  return new Failure(
    "UNSUPPORTED_PROTOCOL",
    `This server cannot read messages compressed with ${JSON.stringify(encoding.slice(0, 40))}. Send them with gzip or identity.`,
  );
}

function text(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
