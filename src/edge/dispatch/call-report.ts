import type { DescMethod } from "@bufbuild/protobuf";
import { type Code, ConnectError } from "@connectrpc/connect";
import type { Call } from "../../core/call.ts";
import { asFailure, Failure } from "../../core/failure.ts";
import { reasons } from "../../core/reasons.ts";
import type { Log } from "../../telemetry/log.ts";
import type { Metrics } from "../../telemetry/metrics.ts";
import type { IncomingCall } from "./incoming-call.ts";
import { codeName } from "./status.ts";

/** Records calls: one log line and one measurement each, never values of headers or messages. */
export interface CallReport {
  /** Records the answer to a call; `error` is the one that the caller received. */
  answered(method: DescMethod | undefined, call: IncomingCall, error?: Failure | ConnectError): void;
  /** The error to send to the caller. An unexpected one becomes INTERNAL, and is logged with its stack. */
  publicError(method: DescMethod | undefined, error: unknown, call: Call): Failure | ConnectError;
  /** Logs the unexpected error of a handler whose call was answered before it failed. */
  lateFailure(method: DescMethod, error: unknown, call: Call): void;
}

/** Options of {@link createCallReport}. */
export interface CallReportOptions {
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Makes the report of one server. */
export function createCallReport({ log, metrics }: CallReportOptions): CallReport {
  function publicError(method: DescMethod | undefined, error: unknown, call: Call): Failure | ConnectError {
    const known = error instanceof ConnectError ? error : asFailure(error);
    if (known) return known;
    log.error(
      { request_id: call.requestId, method: pathOf(method), error },
      "unhandled error in RPC handler",
    );
    return new Failure(
      "INTERNAL",
      `Internal error. Tell the operator of this server the request id ${call.requestId}.`,
      { cause: error },
    );
  }

  return {
    publicError,
    answered(method, call, error) {
      const durationMs = performance.now() - call.startedAt;
      const labels = {
        method: pathOf(method),
        code: error ? codeName(codeOf(error)) : "ok",
        connector: call.connector ?? "none",
        protocol: call.protocol,
      };
      metrics.rpc(labels, durationMs / 1000);
      // Probes call every few seconds and would drown the other lines.
      const level = method?.parent.typeName.startsWith("grpc.") ? "debug" : "info";
      log[level](
        {
          request_id: call.requestId,
          ...labels,
          caller: call.caller,
          reason: error instanceof Failure ? error.reason : undefined,
          duration_ms: Math.round(durationMs * 100) / 100,
        },
        "rpc",
      );
    },
    lateFailure(method, error, call) {
      if (error instanceof ConnectError || asFailure(error)) return;
      log.error(
        { request_id: call.requestId, method: pathOf(method), error },
        "unhandled error in RPC handler after the call had ended",
      );
    },
  };
}

function pathOf(method: DescMethod | undefined): string {
  return method ? `${method.parent.typeName}/${method.name}` : "unknown";
}

function codeOf(error: Failure | ConnectError): Code {
  return error instanceof Failure ? reasons[error.reason].code : error.code;
}
