import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { ConnectError, createContextValues } from "@connectrpc/connect";
import type { UniversalHandler, UniversalServerResponse } from "@connectrpc/connect/protocol";
import { universalRequestFromNodeRequest, universalResponseToNodeResponse } from "@connectrpc/connect-node";
import type { Log } from "../../telemetry/log.ts";
import { encodeGrpcMessage } from "../grpc/grpc-message.ts";
import { refuseHttp } from "../http/http-refusal.ts";
import { peerOf } from "../port/port.ts";
import { type ConnectRoutesOptions, createConnectRoutes, receivedKey } from "./connect-routes.ts";

/** Options of {@link createConnect}. */
export interface ConnectOptions extends ConnectRoutesOptions {
  readonly log: Log;
}

/** Answers a request that is, or is meant to be, an RPC. Returns false for any other. */
export type RequestTaker = (
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
) => boolean;

/**
 * Serves Connect, gRPC-Web and gRPC, unary and streaming, over both versions of HTTP: everything that the unary gRPC handler
 * leaves.
 */
export function createConnect(options: ConnectOptions): RequestTaker {
  const handlers = new Map(createConnectRoutes(options).map((handler) => [handler.requestPath, handler]));
  const { services, limits, log } = options;

  return (request, response) => {
    const handler = handlers.get(request.url?.split("?", 1)[0] ?? "");
    if (refuseHttp(request, response, { handler, services })) return true;
    if (!handler) return false;
    if (handler.method.methodKind === "unary") cutWhenLate(request, response, limits.longestDeadlineMs);
    serve(handler, request, response).catch((error: unknown) => {
      // A ConnectError here means that the caller went away while we wrote, which needs no log line.
      if (!(error instanceof ConnectError))
        log.error({ error, path: handler.requestPath }, "connection aborted");
      response.destroy?.();
    });
    return true;
  };
}

async function serve(
  handler: UniversalHandler,
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
): Promise<void> {
  const peer = peerOf("stream" in request ? request.stream.session : request.socket);
  const received = { rawHeaders: request.rawHeaders, peer, body: [] as Uint8Array[] };
  const values = createContextValues().set(receivedKey, received);
  const universal = universalRequestFromNodeRequest(request, response, undefined, values);
  const body = universal.body as AsyncIterable<Uint8Array>;
  const { header } = universal;
  const isText =
    header.get("content-type")?.startsWith("application/json") && !header.has("content-encoding");
  const reply = await handler({ ...universal, body: isText ? recorded(body, received.body) : body });
  await universalResponseToNodeResponse(withReadableMessage(reply), response);
}

/** Keeps the body while it is read, so that an error can name the field that is wrong. */
async function* recorded(
  body: AsyncIterable<Uint8Array>,
  pieces: Uint8Array[],
): AsyncGenerator<Uint8Array, void> {
  for await (const piece of body) {
    pieces.push(piece);
    yield piece;
  }
}

/**
 * Rewrites the `grpc-message` trailer as gRPC has it. Connect encodes more than the specification asks, and some clients
 * then show `field%3A x`.
 */
function withReadableMessage(reply: UniversalServerResponse): UniversalServerResponse {
  const { body, trailer } = reply;
  if (!body || !trailer) return reply;
  return { ...reply, body: rewritten() };

  async function* rewritten(): AsyncGenerator<Uint8Array, void> {
    yield* body as AsyncIterable<Uint8Array>;
    const message = trailer?.get("grpc-message");
    if (message) trailer?.set("grpc-message", encodeGrpcMessage(decodeURIComponent(message)));
  }
}

/** Ends a unary call that has not been answered long after every deadline, such as one whose body never arrives. */
function cutWhenLate(
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
  longestDeadlineMs: number,
): void {
  const cut = () => ("stream" in request ? request.stream.close() : request.destroy());
  const timer = setTimeout(cut, longestDeadlineMs + 5000);
  response.once("close", () => clearTimeout(timer));
}
