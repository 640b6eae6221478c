import type { DescMethodServerStreaming, DescMethodUnary, Message } from "@bufbuild/protobuf";
import type { Scope } from "./payout.ts";

/** Headers of a call, names in lower case. */
export interface Metadata {
  /** The first value, or undefined. */
  get(name: string): string | undefined;
  /** Every value, in order. */
  all(name: string): readonly string[];
}

/** One call, whichever protocol brought it. */
export interface Call {
  readonly metadata: Metadata;
  /** Sent back as `x-request-id`, and in every log line. */
  readonly requestId: string;
  readonly protocol: "grpc" | "grpc-web" | "connect";
  /** Whose data the call may see and change: from the caller's identity, and its headers as far as that lets them. */
  readonly scope: Scope;
  /** When the caller stops waiting, in milliseconds since 1970. Always set: capped by the server. */
  readonly deadlineMs: number;
  /** Aborts when the caller has gone or the deadline has passed. Never a reason to undo what was sent. */
  readonly signal: AbortSignal;
  /** Sets a trailer of the reply. */
  setTrailer(name: string, value: string): void;
  /** Says which connector serves the call, by its registered name: the label of metrics and log lines. */
  setConnector(name: string): void;
}

/** Carries out one method. Throws {@link Failure} for what the caller should be told. */
export type Handler = (request: Message, call: Call) => Promise<Message>;

/** Carries out a method that streams replies. The stream ends with the call's signal, whatever it is waiting for. */
export type StreamHandler = (request: Message, call: Call) => AsyncIterable<Message>;

/** Finds the handler of a streaming method; undefined where this server does not serve it. */
export type StreamHandlers = (method: DescMethodServerStreaming) => StreamHandler | undefined;

/** Finds the handler of a method; undefined where this server does not serve it. */
export type Handlers = (method: DescMethodUnary) => Handler | undefined;
