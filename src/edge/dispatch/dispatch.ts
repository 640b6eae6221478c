import type { DescMethod, DescMethodUnary, DescService, Message } from "@bufbuild/protobuf";
import type { ConnectError } from "@connectrpc/connect";
import type { Handler, Handlers } from "../../core/call.ts";
import { Failure } from "../../core/failure.ts";
import type { Authenticate } from "../../security/caller.ts";
import type { Log } from "../../telemetry/log.ts";
import type { Metrics } from "../../telemetry/metrics.ts";
import { createCallReport } from "./call-report.ts";
import { callerGone, type IncomingCall } from "./incoming-call.ts";
import type { Limits } from "./limits.ts";

/** The one way in: every call of every protocol passes here, so that each rule is written once. */
export interface Dispatch {
  /**
   * Executes a call, and returns its reply as the codec encodes it.
   *
   * @throws Failure or ConnectError, nothing else. The handler goes on after the deadline has passed.
   */
  unary<T>(method: DescMethodUnary, call: IncomingCall, codec: Codec<T>): Promise<T>;
  /** Executes a call that streams replies, by the same rules. It ends with the call, or when the server drains. */
  stream(
    method: DescMethod,
    call: IncomingCall,
    open: () => AsyncIterable<Message>,
  ): AsyncGenerator<Message, void>;
  /** Ends a call that never reached a handler. Returns the error to send to the caller. */
  refuse(method: DescMethod | undefined, error: unknown, call: IncomingCall): Failure | ConnectError;
  /** Lets no more calls in, and ends open streams. */
  drain(): void;
  /** Resolves when no handler is running any more. */
  idle(): Promise<void>;
}

/** Reads and writes the messages of one call in its protocol. Its errors are answered as those of handlers are. */
export interface Codec<T> {
  /** Decodes the request. Called only after admission and authentication. */
  read(): Message;
  /** Encodes the reply. */
  write(reply: Message): T;
}

/** Options of {@link createDispatch}. */
export interface DispatchOptions {
  readonly handlers: Handlers;
  /** Handlers of the edge's own methods, such as health. */
  readonly own?: ReadonlyMap<DescMethodUnary, Handler>;
  readonly authenticate: Authenticate;
  /** Services that take anonymous callers. Their handlers have no scope. */
  readonly openServices?: readonly DescService[];
  readonly limits: Limits;
  readonly log: Log;
  readonly metrics: Metrics;
}

/**
 * Makes the dispatch of one server. A call passes admission, authentication, its handler and the codec, in this order, and is
 * reported once.
 *
 * @example const bytes = await dispatch.unary(method, call, { read: () => request, write: (reply) => encode(reply) });
 */
export function createDispatch({
  handlers,
  authenticate,
  own,
  openServices = [],
  limits,
  log,
  metrics,
}: DispatchOptions): Dispatch {
  const report = createCallReport({ log, metrics });
  const admission = createAdmission(limits, metrics);
  const streams = new Set<IncomingCall>();

  function execute(method: DescMethodUnary, call: IncomingCall, codec: Codec<unknown>): Promise<Message> {
    admission.enter(call);
    const work = invoke(method, call, codec);
    work.then(admission.leave, (error) => {
      admission.leave();
      if (call.ended) report.lateFailure(method, error, call);
    });
    return untilEnd(work, call);
  }

  async function invoke(
    method: DescMethodUnary,
    call: IncomingCall,
    codec: Codec<unknown>,
  ): Promise<Message> {
    await identify(method, call);
    const handler = own?.get(method) ?? handlers(method);
    if (!handler) throw notServed(method);
    return handler(codec.read(), call);
  }

  /** Authenticates the caller and fixes the call's scope. The call may end while it waits for the issuer's keys. */
  async function identify(method: DescMethod, call: IncomingCall): Promise<void> {
    if (openServices.includes(method.parent)) return;
    call.identify(await authenticate(call.metadata, call.peer));
    if (call.ended) throw call.ended;
  }

  return {
    async unary(method, call, codec) {
      try {
        const reply = codec.write(await execute(method, call, codec));
        report.answered(method, call);
        return reply;
      } catch (error) {
        const failure = report.publicError(method, error, call);
        report.answered(method, call, failure);
        throw failure;
      } finally {
        call.finish();
      }
    },

    async *stream(method, call, open) {
      let entered = false;
      let failure: Failure | ConnectError | undefined = callerGone();
      try {
        admission.enter(call);
        entered = true;
        streams.add(call);
        await untilEnd(identify(method, call), call);
        yield* whileUnderWay(open(), call);
        failure = undefined;
      } catch (error) {
        failure = report.publicError(method, error, call);
        throw failure;
      } finally {
        streams.delete(call);
        call.end(callerGone());
        if (entered) admission.leave();
        report.answered(method, call, failure);
        call.finish();
      }
    },

    refuse(method, error, call) {
      const refusal = report.publicError(method, error, call);
      report.answered(method, call, refusal);
      call.finish();
      return refusal;
    },

    drain() {
      admission.drain();
      for (const call of streams) call.end(serverDraining());
    },

    idle: admission.idle,
  };
}

/** The work's result, or the reason why the call ended before it, whichever is first. */
function untilEnd<T>(work: Promise<T>, call: IncomingCall): Promise<T> {
  return new Promise((resolve, reject) => {
    call.onEnd = reject;
    if (call.ended) reject(call.ended);
    work.then(resolve, reject);
  });
}

/** Yields from a source until the call ends. Reads one message at a time, because look-ahead would deadlock. */
async function* whileUnderWay<T>(source: AsyncIterable<T>, call: IncomingCall): AsyncGenerator<T, void> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    while (true) {
      const { done, value } = await untilEnd(iterator.next(), call);
      if (done) return;
      yield value;
    }
  } finally {
    // Not awaited: a source that waits for something else would hold up the end of the call.
    void iterator.return?.().catch(() => undefined);
  }
}

function notServed(method: DescMethod): Failure {
  return new Failure(
    "UNSUPPORTED_OPERATION",
    `${method.parent.typeName}/${method.name} is not served here. See sluice.v1.ConnectorService/List for what is.`,
  );
}

/** Admits calls up to a limit, and counts those that are running. */
interface Admission {
  /** Takes a place for a call. @throws Failure SERVER_BUSY, SERVER_DRAINING, or why the call has ended already. */
  enter(call: IncomingCall): void;
  /** Gives the place back when the call's handler is done. */
  leave(): void;
  /** Lets no more calls in. */
  drain(): void;
  /** Resolves when no place is taken any more. */
  idle(): Promise<void>;
}

/** Makes the admission of one server. */
function createAdmission({ callsInFlight }: Limits, metrics: Metrics): Admission {
  const waiting: (() => void)[] = [];
  let taken = 0;
  let draining = false;

  return {
    enter(call) {
      if (draining) throw serverDraining();
      if (taken >= callsInFlight) throw serverBusy(callsInFlight);
      if (call.ended) throw call.ended;
      taken += 1;
      metrics.rpcStarted();
    },
    leave() {
      taken -= 1;
      metrics.rpcEnded();
      if (taken === 0) for (const resolve of waiting.splice(0)) resolve();
    },
    drain() {
      draining = true;
    },
    idle: () => (taken === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  };
}

/** The error of calls that a draining server does not begin, or ends. */
function serverDraining(): Failure {
  return new Failure(
    "SERVER_DRAINING",
    "This server is about to stop and begins nothing new. Repeat the call on another connection.",
  );
}

function serverBusy(callsInFlight: number): Failure {
  return new Failure(
    "SERVER_BUSY",
    `This server executes ${callsInFlight} calls at once, and all are in flight. Nothing was begun: repeat the call in a second.`,
    { retryAfterMs: 1000 },
  );
}
