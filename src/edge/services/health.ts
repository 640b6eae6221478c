import { create, type Message } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Handler, StreamHandler } from "../../core/call.ts";
import {
  type HealthCheckRequest,
  type HealthCheckResponse,
  HealthCheckResponseSchema,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from "../../gen/grpc/health/v1/health_pb.ts";

/** The state of this server, as `grpc.health.v1.Health` reports it. */
export interface Health {
  readonly check: Handler;
  readonly watch: StreamHandler;
  /** Switches to NOT_SERVING. Watchers receive it, and their streams end. */
  drain(): void;
}

/** Makes the health of a server with these services, by full name. The empty name is the whole server. */
export function createHealth(serviceNames: readonly string[]): Health {
  const known = new Set(["", ...serviceNames]);
  const watchers = new Set<() => void>();
  let state: ServingStatus = ServingStatus.SERVING;

  /** Resolves when the server drains or the watcher has gone. */
  function untilChange(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        watchers.delete(wake);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      watchers.add(wake);
      signal.addEventListener("abort", wake);
      if (signal.aborted) wake();
    });
  }

  return {
    async check(request) {
      const { service } = request as HealthCheckRequest;
      if (!known.has(service)) throw unknownService(service, serviceNames);
      return reply(state);
    },

    async *watch(request, call): AsyncGenerator<Message, void> {
      const { service } = request as HealthCheckRequest;
      yield reply(known.has(service) ? state : ServingStatus.SERVICE_UNKNOWN);
      if (state !== ServingStatus.SERVING) return;
      await untilChange(call.signal);
      if (known.has(service)) yield reply(state);
    },

    drain() {
      state = ServingStatus.NOT_SERVING;
      for (const wake of watchers) wake();
    },
  };
}

function reply(status: ServingStatus): HealthCheckResponse {
  return create(HealthCheckResponseSchema, { status });
}

function unknownService(service: string, serviceNames: readonly string[]): ConnectError {
  return new ConnectError(
    `There is no service ${JSON.stringify(service.slice(0, 80))}. Ask for the empty name, or one of ${serviceNames.join(", ")}.`,
    Code.NotFound,
  );
}
