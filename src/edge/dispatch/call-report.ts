import type { DescMethod } from "@bufbuild/protobuf";
import { type Code, ConnectError } from "@connectrpc/connect";
import type { Call } from "../../core/call.ts";
import { asFailure, Failure } from "../../core/failure.ts";
import { reasons } from "../../core/reasons.ts";
import type { Log } from "../../telemetry/log.ts";
import type { Metrics } from "../../telemetry/metrics.ts";
import type { IncomingCall } from "./incoming-call.ts";
import { codeName } from "./status.ts";

/** What is written down of calls: one log line and one measurement each. Never values of headers or messages. */
export interface CallReport {
  /** Writes down how a call was answered; `error` is what the caller was told. */
  answered(method: DescMethod | undefined, call: IncomingCall, error?: Failure | ConnectError): void;
  /** What to tell the caller of an error. One that nobody meant becomes INTERNAL, and is logged with its stack. */
  deliberate(method: DescMethod | undefined, error: unknown, call: Call): Failure | ConnectError;
  /** Writes down an error of a handler whose caller has been answered already. */
  late(method: DescMethod, error: unknown, call: Call): void;
}

/** What {@link createCallReport} is told. */
export interface CallReportOptions {
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Makes the report of one server. */
export function createCallReport({ log, metrics }: CallReportOptions): CallReport {
  function deliberate(method: DescMethod | undefined, error: unknown, call: Call): Failure | ConnectError {
    const known = error instanceof ConnectError ? error : asFailure(error);
    if (known) return known;
    log.error({ request_id: call.requestId, method: pathOf(method), error }, "a handler broke");
    return new Failure(
      "INTERNAL",
      `Internal error. Tell the operator of this server the request id ${call.requestId}.`,
      { cause: error },
    );
  }

  return {
    deliberate,
    answered(method, call, error) {
      const durationMs = performance.now() - call.startedAt;
      const labels = {
        method: pathOf(method),
        code: codeName(error && codeOf(error)),
        connector: call.connector ?? "none",
        protocol: call.protocol,
      };
      metrics.rpc(labels, durationMs / 1000);
      // Probes ask every few seconds, and nobody wants to read of it.
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
    late(method, error, call) {
      if (error instanceof ConnectError || asFailure(error)) return;
      log.error(
        { request_id: call.requestId, method: pathOf(method), error },
        "a handler broke after its caller had gone",
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
