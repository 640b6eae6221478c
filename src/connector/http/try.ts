import type { Dispatcher } from "undici";
import type { EffectGuard } from "./effect-guard.ts";
import type { WireRequest } from "./request.ts";

/** The result of one try. */
export type TryResult =
  | {
      readonly kind: "reply";
      readonly status: number;
      /** Names in lower case. */
      readonly headers: Readonly<Record<string, string>>;
      readonly text: string;
    }
  | {
      readonly kind: "lost";
      /** Whether any of it may have reached the provider. */
      readonly sent: boolean;
      readonly why: Loss;
      readonly cause: Error;
    };

/**
 * How a reply is lost. `refused`: no connection. `timeout`: the provider did not answer in time. `deadline`: the caller's
 * own deadline passed first. `blocked`: the guard threw before it was sent. `reset`: the connection broke. `unreadable`: not
 * HTTP, or longer than allowed.
 */
export type Loss = "refused" | "timeout" | "deadline" | "blocked" | "reset" | "unreadable";

/** Limits of one try. */
export interface TryLimits {
  /** For the status line and headers, in milliseconds. */
  readonly headersTimeoutMs: number;
  /** For everything, in milliseconds. */
  readonly totalTimeoutMs: number;
  readonly maxReplyBytes: number;
}

/**
 * Sends a request once and collects the reply. Never rejects. Calls `guard.beforeSend` just before the first byte may leave:
 * if that throws, none leaves.
 *
 * Uses undici's lowest interface because only that one tells a request that waits for a connection from one that is on
 * its way: the first certainly had no effect, the outcome of the second is unknown.
 */
export function tryOnce(
  dispatcher: Dispatcher,
  request: WireRequest,
  limits: TryLimits,
  guard: Pick<EffectGuard, "beforeSend">,
): Promise<TryResult> {
  return new Promise((resolve) => {
    const exchange = new Exchange(limits, guard, resolve);
    dispatcher.dispatch({ ...request, headersTimeout: 0, bodyTimeout: 0 }, exchange);
  });
}

/** One request and its reply, as undici reports them. Ends once, and ignores every later event. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #limits: TryLimits;
  readonly #guard: Pick<EffectGuard, "beforeSend">;
  readonly #resolve: (result: TryResult) => void;
  readonly #startedAtMs = performance.now();
  readonly #chunks: Buffer[] = [];
  #timer: NodeJS.Timeout;
  #controller: Dispatcher.DispatchController | undefined;
  #ended = false;
  #bytes = 0;
  #status = 0;
  #headers: Record<string, string> = {};

  constructor(
    limits: TryLimits,
    guard: Pick<EffectGuard, "beforeSend">,
    resolve: (result: TryResult) => void,
  ) {
    this.#limits = limits;
    this.#guard = guard;
    this.#resolve = resolve;
    const { headersTimeoutMs, totalTimeoutMs } = limits;
    this.#timer =
      headersTimeoutMs < totalTimeoutMs
        ? setTimeout(
            () => this.#lose("timeout", new Error(`no reply in ${headersTimeoutMs} ms`)),
            headersTimeoutMs,
          )
        : this.#startDeadline(totalTimeoutMs);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#ended) {
      controller.abort(new Error("the deadline passed while waiting for a connection"));
      return;
    }
    try {
      this.#guard.beforeSend();
    } catch (error) {
      this.#lose("blocked", error as Error);
      controller.abort(error as Error);
      return;
    }
    this.#controller = controller;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    // An interim answer such as 103 comes before the real one.
    if (status < 200 || this.#ended) return;
    this.#status = status;
    this.#headers = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value].flat().join(", ")]),
    );
    clearTimeout(this.#timer);
    this.#timer = this.#startDeadline(this.#limits.totalTimeoutMs - (performance.now() - this.#startedAtMs));
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#limits.maxReplyBytes) {
      this.#lose("unreadable", new Error(`the reply is longer than ${this.#limits.maxReplyBytes} bytes`));
      return;
    }
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const text = this.#chunks.length === 1 ? String(this.#chunks[0]) : Buffer.concat(this.#chunks).toString();
    this.#end({ kind: "reply", status: this.#status, headers: this.#headers, text });
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    const why = this.#controller ? (isProtocolError(error) ? "unreadable" : "reset") : "refused";
    this.#lose(why, error);
  }

  #startDeadline(remainingMs: number): NodeJS.Timeout {
    const pass = () => this.#lose("deadline", new Error("the call's deadline passed"));
    return setTimeout(pass, Math.max(1, remainingMs));
  }

  #lose(why: Loss, cause: Error): void {
    if (!this.#end({ kind: "lost", sent: this.#controller !== undefined, why, cause })) return;
    this.#controller?.abort(cause);
  }

  #end(result: TryResult): boolean {
    if (this.#ended) return false;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#resolve(result);
    return true;
  }
}

function isProtocolError(error: Error & { code?: string }): boolean {
  return error.name === "HTTPParserError" || error.code?.startsWith("HPE_") === true;
}
