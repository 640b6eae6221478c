import { setImmediate } from "node:timers/promises";
import type { DescService } from "@bufbuild/protobuf";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import { Health as HealthService } from "../gen/grpc/health/v1/health_pb.ts";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Handlers, StreamHandlers } from "./call.ts";
import { createConnect } from "./connect.ts";
import { createDispatch } from "./dispatch.ts";
import { createHealth } from "./health.ts";
import { defaultLimits, type Limits } from "./limits.ts";
import { listen, type Port, type PortOptions, type RequestListener } from "./port.ts";
import { createReflection, reflectionServices } from "./reflection.ts";
import { createUnaryGrpc } from "./unary-grpc.ts";
import { createPages, createWeb } from "./web.ts";

/** Where to listen. */
export type Listen = Omit<PortOptions, "take" | "request" | "log">;

/** What {@link startEdge} is told. */
export interface EdgeOptions {
  readonly listen: Listen;
  /** Services to serve; health and reflection come by themselves. */
  readonly services: readonly DescService[];
  readonly handlers: Handlers;
  /** Handlers of methods that stream replies. */
  readonly streams?: StreamHandlers | undefined;
  /** Pages and webhooks to serve on the same port. */
  readonly pages?: Hono | undefined;
  /** Rejects, saying why, while this server cannot work. */
  readonly ready: () => Promise<void>;
  /** Whether a connector of this name, in lower case, exists. */
  readonly knownConnector: (name: string) => boolean;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly limits?: Partial<Limits>;
}

/** Puts the API on a port: gRPC, gRPC-Web, Connect, reflection, health, probes, metrics and pages. */
export async function startEdge(options: EdgeOptions): Promise<Port> {
  const { handlers, streams, log, metrics, ready, pages, knownConnector } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const services = [...options.services, HealthService, ...reflectionServices];
  const health = createHealth(services.map(({ typeName }) => typeName));
  let draining = false;

  const dispatch = createDispatch({
    handlers: (method) => (method === HealthService.method.check ? health.check : handlers(method)),
    limits,
    log,
    metrics,
    knownConnector,
  });
  const connect = createConnect({
    services,
    dispatch,
    streams: (method) => (method === HealthService.method.watch ? health.watch : streams?.(method)),
    bidi: createReflection(services),
    limits,
    log,
  });
  const web = listener(createWeb({ services, log, metrics, ready, draining: () => draining, pages }));
  const port = await listen({
    ...options.listen,
    log,
    take: createUnaryGrpc({ services, dispatch, limits }),
    request: (request, response) => {
      if (!connect(request, response)) web(request, response);
    },
  });

  return {
    ...port,
    async drain(graceMs) {
      const endsAt = Date.now() + graceMs;
      draining = true;
      health.drain();
      // Lets those who watch health hear of it before their streams end.
      await setImmediate();
      dispatch.drain();
      await port.drain(graceMs);
      // Handlers whose callers have gone may still be writing down what a provider answered.
      await Promise.race([dispatch.idle(), passed(endsAt - Date.now())]);
    },
  };
}

/** Puts pages alone on a port, for recipients and providers where the API has a port of its own. */
export function startPages(options: {
  readonly listen: Listen;
  readonly pages: Hono;
  readonly log: Log;
}): Promise<Port> {
  return listen({ ...options.listen, log: options.log, request: listener(createPages(options)) });
}

function listener(web: Hono): RequestListener {
  const listen = getRequestListener(web.fetch, { overrideGlobalObjects: false });
  return (request, response) => void listen(request, response);
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, Math.max(0, ms)).unref();
  });
}
