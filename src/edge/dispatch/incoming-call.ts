import { randomUUIDv7 } from "node:crypto";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Call, Metadata } from "../../core/call.ts";
import { Failure } from "../../core/failure.ts";
import type { Scope } from "../../core/payout.ts";
import type { Caller, Peer } from "../../security/caller.ts";
import { scopeOf } from "../../security/scope.ts";
import { anonymousPeer } from "../port/port.ts";
import type { Limits } from "./limits.ts";

/** A call as its protocol announces it, before its message is read. */
export interface Arrival {
  /** Name, value, name, value, as they arrived. */
  readonly rawHeaders: readonly string[];
  readonly protocol: Call["protocol"];
  /** How long the caller waits; a number that is not finite means without end, which only streams may. */
  readonly timeoutMs: number;
  /** The connection's other end; anonymous if absent. */
  readonly peer?: Peer;
}

/**
 * A call while it is served. It ends once: by its deadline, by the caller's cancelling, or by {@link IncomingCall.finish}.
 * The abort signal is made when it is first read, since it costs more than the rest of a call together.
 */
export class IncomingCall implements Call {
  readonly metadata: RawMetadata;
  readonly requestId: string;
  readonly protocol: Call["protocol"];
  readonly peer: Peer;
  readonly deadlineMs: number;
  /** When it arrived, on the clock of `performance.now()`. */
  readonly startedAt = performance.now();
  /** Trailers of the reply: name and value. */
  readonly trailers: [name: string, value: string][] = [];
  /** Called once if the call is cancelled or times out. One listener is enough: the running handler. */
  onEnd: ((reason: Error) => void) | undefined;
  /** The caller's name for the log; undefined where it is anonymous or was not authenticated. */
  caller: string | undefined;
  /** The connector that serves the call, as its handler said; undefined where none was resolved. */
  connector: string | undefined;
  #scope: Scope | undefined;
  #reason: Error | undefined;
  #finished = false;
  #controller: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor({ rawHeaders, protocol, timeoutMs, peer = anonymousPeer }: Arrival) {
    this.metadata = new RawMetadata(rawHeaders);
    this.requestId = readRequestId(this.metadata);
    this.protocol = protocol;
    this.peer = peer;
    this.deadlineMs = Number.isFinite(timeoutMs) ? Date.now() + timeoutMs : Number.MAX_SAFE_INTEGER;
    if (timeoutMs <= 0) this.#reason = deadlineExceeded();
    else if (timeoutMs <= longestTimerMs)
      this.#timer = setTimeout(() => this.end(deadlineExceeded()), timeoutMs);
  }

  /** @throws Error where no caller was authenticated, as for open methods. */
  get scope(): Scope {
    if (!this.#scope) throw new Error("this call has no scope, since its caller was not authenticated");
    return this.#scope;
  }

  /**
   * Sets the call's caller and scope. Drops the credential, which handlers must not see.
   *
   * @throws Failure where the headers are unclear, or ask for more than the caller is allowed.
   */
  identify(caller: Caller): void {
    this.caller = caller.name;
    this.metadata.forget("authorization");
    this.#scope = scopeOf(this.metadata, caller);
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#reason) this.#controller.abort(this.#reason);
    return this.#controller.signal;
  }

  /** @throws TypeError for a name or value that HTTP cannot carry. */
  setTrailer(name: string, value: string): void {
    if (!trailerName.test(name) || !trailerValue.test(value)) throw new TypeError(`not a trailer: ${name}`);
    this.trailers.push([name, value]);
  }

  setConnector(name: string): void {
    this.connector = name;
  }

  /** Why the call ended early; undefined while it is under way. */
  get ended(): Error | undefined {
    return this.#reason;
  }

  /** Ends the call early. Does nothing once it has ended. */
  end(reason: Error): void {
    if (this.#finished || this.#reason) return;
    clearTimeout(this.#timer);
    this.#reason = reason;
    this.#controller?.abort(reason);
    this.onEnd?.(reason);
  }

  /** Ends the call because its caller has cancelled or disconnected. */
  cancel(): void {
    if (!this.#finished && !this.#reason) this.end(callerGone());
  }

  /** Marks the call as answered: nothing ends it any more. */
  finish(): void {
    this.#finished = true;
    this.onEnd = undefined;
    clearTimeout(this.#timer);
  }
}

/** The end of a call whose caller has cancelled or disconnected. It reaches the log only. */
export function callerGone(): ConnectError {
  return new ConnectError("The caller has gone.", Code.Canceled);
}

/** Beyond this, timers of the runtime fire at once. */
const longestTimerMs = 2 ** 31 - 1;

function deadlineExceeded(): Failure {
  return new Failure(
    "DEADLINE_EXCEEDED",
    "The deadline passed before there was an answer, and work that was begun goes on. " +
      "Repeat the call with the same merchant_payout_id or idempotency-key, and a longer deadline.",
  );
}

/** Names of gRPC are its own. */
const trailerName = /^(?!grpc-)[a-z0-9_.-]+$/;
const trailerValue = /^[\x20-\x7e]*$/;
const visibleAscii = /^[\x21-\x7e]{1,128}$/;

/** The caller's `x-request-id` where it is 1 to 128 visible ASCII characters, otherwise a new one. */
function readRequestId(metadata: Metadata): string {
  const given = metadata.get("x-request-id");
  return given !== undefined && visibleAscii.test(given) ? given : randomUUIDv7();
}

/**
 * Headers of a call as they arrived: name, value, name, value. Nothing is indexed, since a call looks up a handful of
 * names. Values of names that end in `-bin` stay in base64; several of them in one header, parted by commas, are several
 * values.
 */
export class RawMetadata implements Metadata {
  #headers: readonly string[];

  constructor(rawHeaders: readonly string[]) {
    this.#headers = rawHeaders;
  }

  get(name: string): string | undefined {
    const headers = this.#headers;
    for (let index = 0; index < headers.length; index += 2) {
      if (isNamed(headers[index], name)) return valuesOf(name, headers[index + 1])[0];
    }
    return undefined;
  }

  all(name: string): readonly string[] {
    const headers = this.#headers;
    const values: string[] = [];
    for (let index = 0; index < headers.length; index += 2) {
      if (isNamed(headers[index], name)) values.push(...valuesOf(name, headers[index + 1]));
    }
    return values;
  }

  /** Drops a name with its values. */
  forget(name: string): void {
    if (this.get(name) === undefined) return;
    this.#headers = this.#headers.filter((_part, index, headers) => !isNamed(headers[index & ~1], name));
  }
}

/** Size of a call's headers, names and values together. One byte a character: header values are Latin-1. */
export function sizeOfMetadata(rawHeaders: readonly string[]): number {
  let bytes = 0;
  for (const part of rawHeaders) bytes += part.length;
  return bytes;
}

/** The error of a call whose headers are too large. */
export function metadataTooLarge({ metadataBytes }: Limits): Failure {
  return new Failure(
    "REQUEST_TOO_LARGE",
    `The headers of the call are too large; this server takes ${metadataBytes} bytes. Send fewer or shorter ones.`,
  );
}

/** HTTP/2 names are in lower case; HTTP/1.1 names need not be. */
function isNamed(header: string | undefined, name: string): boolean {
  return (
    header !== undefined &&
    (header === name || (header.length === name.length && header.toLowerCase() === name))
  );
}

function valuesOf(name: string, value = ""): readonly string[] {
  return name.endsWith("-bin") ? value.split(",").map((part) => part.trim()) : [value];
}
