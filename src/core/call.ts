import type { DescMethodServerStreaming, DescMethodUnary, Message } from "@bufbuild/protobuf";
import type { Scope } from "./payout.ts";

/** Headers of a call, names in lower case. */
export interface Metadata {
  /** The first value, or undefined. */
  get(name: string): string | undefined;
  /** Every value, in order. */
  all(name: string): readonly string[];
}

/** One call, of any protocol. */
export interface Call {
  readonly metadata: Metadata;
  /** Sent back as `x-request-id`, and in every log line. */
  readonly requestId: string;
  readonly protocol: "grpc" | "grpc-web" | "connect";
  /** Tenant and merchant whose data the call may see and change: of the caller's identity, narrowed by headers where it allows that. */
  readonly scope: Scope;
  /** When the caller stops waiting, in milliseconds since 1970. Always set: capped by the server. */
  readonly deadlineMs: number;
  /** Aborts when the caller has gone or the deadline has passed. A request that was sent to a provider still counts. */
  readonly signal: AbortSignal;
  /** Sets a trailer of the reply. */
  setTrailer(name: string, value: string): void;
  /** Says which connector serves the call, by its registered name: the label of metrics and log lines. */
  setConnector(name: string): void;
}

/** Executes one method. Throws {@link Failure} for errors that the caller should see. */
export type Handler = (request: Message, call: Call) => Promise<Message>;

/** Executes a method that streams replies. The stream ends when the call's signal aborts. */
export type StreamHandler = (request: Message, call: Call) => AsyncIterable<Message>;

/** Finds the handler of a streaming method; undefined where this server does not serve it. */
export type StreamHandlers = (method: DescMethodServerStreaming) => StreamHandler | undefined;

/** Finds the handler of a method; undefined where this server does not serve it. */
export type Handlers = (method: DescMethodUnary) => Handler | undefined;
