import { randomUUIDv7 } from "node:crypto";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Call, Metadata } from "../../core/call.ts";
import { Failure } from "../../core/failure.ts";
import type { Scope } from "../../core/payout.ts";
import type { Caller, Peer } from "../../security/caller.ts";
import { scopeOf } from "../../security/scope.ts";
import { stranger } from "../port/peer.ts";
import { RawMetadata } from "./metadata.ts";

/** What a protocol knows of a call when it begins. */
export interface Arrival {
  /** Name, value, name, value, as they arrived. */
  readonly rawHeaders: readonly string[];
  readonly protocol: Call["protocol"];
  /** How long the caller waits; a number that is not finite means without end, which only streams may. */
  readonly timeoutMs: number;
  /** What the connection proves; nothing if absent. */
  readonly peer?: Peer;
}

/**
 * A call while it is served. It ends once: by its deadline, by the caller's going, or by {@link IncomingCall.finish}.
 * The abort signal is made only for those who ask for it, since it costs more than the rest of a call together.
 */
export class IncomingCall implements Call {
  readonly metadata: RawMetadata;
  readonly requestId: string;
  readonly protocol: Call["protocol"];
  readonly peer: Peer;
  readonly deadlineMs: number;
  /** When it arrived, on the clock of `performance.now()`. */
  readonly startedAt = performance.now();
  /** What was set for the end of the reply: name and value. */
  readonly trailers: [name: string, value: string][] = [];
  /** Told once why the call ended early. One listener is enough: whoever is at work on the call. */
  onEnd: ((reason: Error) => void) | undefined;
  /** Who calls, for the log; undefined where that was not asked or could not be found out. */
  caller: string | undefined;
  /** The connector that serves the call, as its handler said; undefined where none was resolved. */
  connector: string | undefined;
  #scope: Scope | undefined;
  #reason: Error | undefined;
  #finished = false;
  #controller: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor({ rawHeaders, protocol, timeoutMs, peer = stranger }: Arrival) {
    this.metadata = new RawMetadata(rawHeaders);
    this.requestId = readRequestId(this.metadata);
    this.protocol = protocol;
    this.peer = peer;
    this.deadlineMs = Number.isFinite(timeoutMs) ? Date.now() + timeoutMs : Number.MAX_SAFE_INTEGER;
    if (timeoutMs <= 0) this.#reason = deadlineExceeded();
    else if (timeoutMs <= longestTimerMs)
      this.#timer = setTimeout(() => this.end(deadlineExceeded()), timeoutMs);
  }

  /** @throws Error for a call whose caller was not asked who they are. */
  get scope(): Scope {
    if (!this.#scope) throw new Error("this call has no scope, since its caller is unknown");
    return this.#scope;
  }

  /**
   * Writes down who calls. What proved it goes no further.
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

  /** @throws TypeError for what no protocol could send. */
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

  /** Ends the call because its caller has gone. */
  cancel(): void {
    if (!this.#finished && !this.#reason) this.end(callerGone());
  }

  /** The call is answered: from now on nothing ends it. */
  finish(): void {
    this.#finished = true;
    this.onEnd = undefined;
    clearTimeout(this.#timer);
  }
}

/** How a call ends whose caller has gone. Nobody is told, but the log is. */
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
