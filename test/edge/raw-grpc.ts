import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type IncomingHttpHeaders,
} from "node:http2";
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { frame } from "../../src/edge/grpc/grpc-frame.ts";
import { StatusSchema } from "../../src/gen/google/rpc/status_pb.ts";
import { PayoutServiceCreateLinkRequestSchema } from "../../src/gen/types/payout_pb.ts";

/** Path of the method that test edges serve. */
export const createLinkPath = "/types.PayoutService/CreateLink";

/** A framed `CreateLink` request. */
export function createLinkFrame(
  fields: MessageInitShape<typeof PayoutServiceCreateLinkRequestSchema> = {},
): Buffer {
  return frame(
    toBinary(PayoutServiceCreateLinkRequestSchema, create(PayoutServiceCreateLinkRequestSchema, fields)),
  );
}

/** What came back, byte for byte. */
export interface RawReply {
  readonly headers: IncomingHttpHeaders;
  readonly trailers: IncomingHttpHeaders | undefined;
  readonly body: Buffer;
  /** `grpc-status`, wherever it was. */
  readonly status: string | undefined;
  /** `grpc-message` as it travelled. */
  readonly message: string | undefined;
  /** HTTP/2 code of the stream's end; 0 for a clean one. */
  readonly rstCode: number;
}

/** Opens a gRPC call that the caller writes by hand. */
export function openCall(
  session: ClientHttp2Session,
  headers: Record<string, string | string[]> = {},
): ClientHttp2Stream {
  return session.request({
    ":method": "POST",
    ":path": createLinkPath,
    "content-type": "application/grpc",
    te: "trailers",
    ...headers,
  });
}

/** Waits for the end of a call. */
export function readReply(stream: ClientHttp2Stream): Promise<RawReply> {
  return new Promise((resolve) => {
    let headers: IncomingHttpHeaders = {};
    let trailers: IncomingHttpHeaders | undefined;
    const pieces: Buffer[] = [];
    stream.on("response", (received) => {
      headers = received;
    });
    stream.on("trailers", (received) => {
      trailers = received;
    });
    stream.on("data", (piece) => pieces.push(piece));
    stream.on("error", () => undefined);
    stream.on("close", () => {
      const last = trailers ?? headers;
      resolve({
        headers,
        trailers,
        body: Buffer.concat(pieces),
        status: last["grpc-status"] as string | undefined,
        message: last["grpc-message"] as string | undefined,
        rstCode: stream.rstCode ?? 0,
      });
    });
  });
}

/** Sends one call with this body. */
export function callRaw(
  session: ClientHttp2Session,
  body: Buffer,
  headers: Record<string, string | string[]> = {},
): Promise<RawReply> {
  const stream = openCall(session, headers);
  const reply = readReply(stream);
  stream.end(body);
  return reply;
}

/** Connects, and does not mind how the connection ends. */
export function connectRaw(url: string): ClientHttp2Session {
  return connect(url, { rejectUnauthorized: false }).on("error", () => undefined);
}

/** The google.rpc.Status of an error. */
export function statusDetails(headers: IncomingHttpHeaders) {
  return fromBinary(StatusSchema, Buffer.from(String(headers["grpc-status-details-bin"]), "base64"));
}
