import type {
  DescMethod,
  DescMethodServerStreaming,
  DescMethodUnary,
  DescService,
  Message,
} from "@bufbuild/protobuf";
import {
  createConnectRouter,
  createContextKey,
  type HandlerContext,
  type MethodImpl,
} from "@connectrpc/connect";
import type { UniversalHandler } from "@connectrpc/connect/protocol";
import { compressionBrotli, compressionGzip } from "@connectrpc/connect-node";
import type { Call, StreamHandlers } from "../../core/call.ts";
import type { Peer } from "../../security/caller.ts";
import type { Dispatch } from "../dispatch/dispatch.ts";
import { callerGone, IncomingCall, metadataTooLarge, sizeOfMetadata } from "../dispatch/incoming-call.ts";
import type { Limits } from "../dispatch/limits.ts";
import { isUnary, unknownMethod } from "../dispatch/methods.ts";
import { toConnectError } from "../dispatch/status.ts";
import { anonymousPeer } from "../port/port.ts";
import type { BidiHandler } from "../services/reflection.ts";
import { explainConnectError } from "./connect-fault.ts";

/** Options of {@link createConnectRoutes}. */
export interface ConnectRoutesOptions {
  readonly services: readonly DescService[];
  readonly dispatch: Dispatch;
  /** Handlers of methods that stream replies. */
  readonly streams: StreamHandlers;
  /** Handlers of methods that stream both ways, by path. */
  readonly bidi: ReadonlyMap<string, BidiHandler>;
  readonly limits: Limits;
}

/** Facts of a call that the adapter passes around Connect. */
export interface Received {
  /** Name, value, name, value, as they arrived. */
  readonly rawHeaders: readonly string[];
  readonly peer: Peer;
  /** The body as far as it has been read, where it is JSON and not compressed. */
  readonly body: readonly Uint8Array[];
}

const nothing: Received = { rawHeaders: [], peer: anonymousPeer, body: [] };

/** Under this key the adapter passes {@link Received}. */
export const receivedKey = createContextKey<Received>(nothing);

interface Progress {
  readonly call: IncomingCall;
  /** Whether dispatch has the call; until then, errors are Connect's own. */
  dispatched: boolean;
}

const progressKey = createContextKey<Progress | undefined>(undefined);

/** Makes Connect's handlers of all methods. Each does nothing but hand its call to dispatch. */
export function createConnectRoutes(options: ConnectRoutesOptions): readonly UniversalHandler[] {
  const { services, dispatch, streams, bidi, limits } = options;
  const router = createConnectRouter({
    acceptCompression: [compressionGzip, compressionBrotli],
    readMaxBytes: limits.messageBytes,
    jsonOptions: { useProtoFieldName: true, ignoreUnknownFields: false },
    requestGate: (context) => begin(context, options),
  });

  for (const method of services.flatMap((service) => service.methods)) {
    if (isUnary(method)) router.rpc(method, unary(method) as MethodImpl<DescMethod>);
    else if (method.methodKind === "server_streaming") {
      router.rpc(method, serverStream(method as DescMethodServerStreaming) as MethodImpl<DescMethod>);
    } else router.rpc(method, bidiStream(method) as MethodImpl<DescMethod>);
  }
  return router.handlers;

  function unary(method: DescMethodUnary) {
    return async (request: Message, context: HandlerContext): Promise<Message> => {
      const call = dispatching(context);
      try {
        return await dispatch.unary(method, call, { read: () => request, write: (reply) => reply });
      } catch (error) {
        throw toConnectError(error);
      } finally {
        for (const [name, value] of call.trailers) context.responseTrailer.append(name, value);
      }
    };
  }

  function serverStream(method: DescMethodServerStreaming) {
    return (request: Message, context: HandlerContext) =>
      streamed(method, context, (call) => handlerOf(method)(request, call));
  }

  function handlerOf(method: DescMethodServerStreaming) {
    const handler = streams(method);
    if (!handler) throw unknownMethod(pathOf(method), services);
    return handler;
  }

  function bidiStream(method: DescMethod) {
    return (requests: AsyncIterable<Message>, context: HandlerContext) =>
      streamed(method, context, () => {
        const handler = bidi.get(pathOf(method));
        if (!handler) throw unknownMethod(pathOf(method), services);
        return handler(requests);
      });
  }

  async function* streamed(
    method: DescMethod,
    context: HandlerContext,
    open: (call: IncomingCall) => AsyncIterable<Message>,
  ): AsyncGenerator<Message, void> {
    const call = dispatching(context);
    try {
      yield* dispatch.stream(method, call, () => open(call));
    } catch (error) {
      throw toConnectError(error);
    }
  }
}

function pathOf(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}

/** Makes the call before its body is read. Runs for every call, of every protocol that Connect speaks. */
function begin(context: HandlerContext, { dispatch, limits }: ConnectRoutesOptions): void {
  const { rawHeaders, peer, body } = context.values.get(receivedKey);
  const protocol = context.protocolName as Call["protocol"];
  const call = new IncomingCall({ rawHeaders, protocol, timeoutMs: timeoutOf(context, limits), peer });
  const progress: Progress = { call, dispatched: false };
  context.values.set(progressKey, progress);
  context.responseHeader.set("x-request-id", call.requestId);
  // Connect aborts this signal when the caller has gone, and with every error of its own before it writes that error:
  // this is where such an error is counted and gets a text that helps.
  context.signal.addEventListener("abort", () => {
    if (progress.dispatched) return call.cancel();
    const { reason } = context.signal;
    const fault = explainConnectError(reason, { method: context.method, body, limits }) ?? callerGone();
    const { code, rawMessage, message, details } = toConnectError(
      dispatch.refuse(context.method, fault, call),
    );
    if (reason instanceof Error) Object.assign(reason, { code, rawMessage, message, details });
  });
  if (sizeOfMetadata(rawHeaders) > limits.metadataBytes) throw toConnectError(metadataTooLarge(limits));
}

function timeoutOf(context: HandlerContext, limits: Limits): number {
  const timeoutMs = context.timeoutMs();
  if (context.method.methodKind !== "unary") return timeoutMs ?? Number.POSITIVE_INFINITY;
  return Math.min(timeoutMs ?? limits.deadlineMs, limits.longestDeadlineMs);
}

function dispatching(context: HandlerContext): IncomingCall {
  const progress = context.values.get(progressKey);
  if (!progress) throw new Error("a call began without its gate");
  progress.dispatched = true;
  return progress.call;
}
