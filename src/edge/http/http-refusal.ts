import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import type { DescService } from "@bufbuild/protobuf";
import type { UniversalHandler } from "@connectrpc/connect/protocol";
import { reasons } from "../../core/reasons.ts";
import { unknownMethod } from "../dispatch/methods.ts";
import { codeName } from "../dispatch/status.ts";
import { encodeGrpcMessage } from "../grpc/grpc-message.ts";

/** Options of {@link refuseHttp}. */
export interface RefusalOptions {
  /** The handler of the path, if there is one. */
  readonly handler: UniversalHandler | undefined;
  readonly services: readonly DescService[];
}

/** `/package.Service/Method`: paths of pages have no dot in their first part. */
const rpcPath = /^\/[A-Za-z_]\w*(\.\w+)+\/\w*$/;

/**
 * Answers a request that is meant as an RPC and cannot be one: an unknown method, another verb than POST, an unknown
 * content type. gRPC clients get gRPC's form of the error, all others Connect's JSON. Returns false where nothing is wrong.
 */
export function refuseHttp(
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
  { handler, services }: RefusalOptions,
): boolean {
  const path = request.url?.split("?", 1)[0] ?? "";
  const contentType = request.headers["content-type"] ?? "";
  const isGrpc = contentType.startsWith("application/grpc");
  if (!handler && !isGrpc && !rpcPath.test(path)) return false;

  if (!handler) {
    const { message } = unknownMethod(path, services);
    if (isGrpc) answerGrpc(response, contentType, message);
    else answerJson(response, 404, message);
  } else if (request.method !== "POST") {
    response.setHeader("allow", "POST");
    answerJson(response, 405, `Call ${path} with POST. ${howToCall(handler)}`);
  } else if (!handler.supportedContentType(contentType)) {
    const given = contentType
      ? `content-type ${JSON.stringify(contentType.slice(0, 80))}`
      : "no content-type";
    answerJson(response, 415, `${path} cannot be called with ${given}. ${howToCall(handler)}`);
  } else if (handler.method.methodKind === "bidi_streaming" && request.httpVersionMajor < 2) {
    response.setHeader("connection", "close");
    answerJson(response, 505, `${path} streams both ways, which HTTP/1.1 cannot. Use HTTP/2.`);
  } else return false;
  // The rest of the request is read and dropped, so that the connection can be used again.
  request.resume();
  return true;
}

function howToCall({ method }: UniversalHandler): string {
  return method.methodKind === "unary"
    ? `Send ${method.input.typeName} as JSON with content-type: application/json, or use a gRPC, gRPC-Web or Connect client.`
    : "It streams: use a gRPC, gRPC-Web or Connect client.";
}

function answerJson(response: ServerResponse | Http2ServerResponse, status: number, message: string): void {
  const { code } = reasons.UNSUPPORTED_OPERATION;
  response.statusCode = status;
  response.setHeader("content-type", "application/json");
  response.end(`${JSON.stringify({ code: codeName(code), message })}\n`);
}

/** Headers alone, which gRPC and gRPC-Web both take for the whole answer. */
function answerGrpc(
  response: ServerResponse | Http2ServerResponse,
  contentType: string,
  message: string,
): void {
  response.statusCode = 200;
  response.setHeader("content-type", contentType);
  response.setHeader("grpc-status", String(reasons.UNSUPPORTED_OPERATION.code));
  response.setHeader("grpc-message", encodeGrpcMessage(message));
  response.end();
}
