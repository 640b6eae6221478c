import { setImmediate } from "node:timers/promises";
import type { DescService } from "@bufbuild/protobuf";
import type { Hono } from "hono";
import type { Handlers, StreamHandlers } from "../core/call.ts";
import { Health as HealthService } from "../gen/grpc/health/v1/health_pb.ts";
import type { Authenticate } from "../security/caller.ts";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { createConnect } from "./connect/connect.ts";
import { createDispatch } from "./dispatch/dispatch.ts";
import { defaultLimits, type Limits } from "./dispatch/limits.ts";
import { createUnaryGrpc } from "./grpc/unary-grpc.ts";
import { createPageListener } from "./http/page-listener.ts";
import { createPages, createWeb } from "./http/web.ts";
import { listen as listenOn, type Port, type PortOptions } from "./port/port.ts";
import { createHealth } from "./services/health.ts";
import { createReflection, reflectionServices } from "./services/reflection.ts";

/** Where to listen. */
export type Listen = Omit<PortOptions, "take" | "request" | "log">;

/** Options of {@link startEdge}. */
export interface EdgeOptions {
  readonly listen: Listen;
  /** Services to serve; health and reflection are added. */
  readonly services: readonly DescService[];
  readonly handlers: Handlers;
  /** Handlers of methods that stream replies. */
  readonly streams?: StreamHandlers | undefined;
  /** Authenticates callers. Health and reflection take anonymous ones. */
  readonly authenticate: Authenticate;
  /** Pages to serve: on the same port, unless they have one of their own. */
  readonly pages?: Hono | undefined;
  /** A port for pages and nothing else. In TLS it asks for no client certificates, since recipients have none. */
  readonly publicListen?: Listen | undefined;
  /** Rejects, saying why, while this server cannot work. */
  readonly ready: () => Promise<void>;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly limits?: Partial<Limits>;
}

/** A server that listens. */
export interface Edge extends Port {
  /** Where pages are. */
  readonly publicUrl: string;
}

/**
 * Puts the API on a port: gRPC, gRPC-Web, Connect, reflection, health, probes, metrics and pages.
 *
 * @example
 * const edge = await startEdge({
 *   listen: { host: "127.0.0.1", port: 8080 },
 *   services: [PayoutService],
 *   handlers: (method) => payouts.handlers(method),
 *   authenticate: allowAnonymous,
 *   ready: () => ledger.ping(),
 *   log, metrics,
 * });
 * await edge.drain(30_000);
 */
export async function startEdge(options: EdgeOptions): Promise<Edge> {
  const limits = { ...defaultLimits, ...options.limits };
  const publicPort = options.publicListen && (await startPages(options, limits));
  try {
    const api = await startApi(publicPort ? { ...options, pages: undefined } : options, limits);
    if (!publicPort) return { ...api, publicUrl: api.url };
    return {
      ...api,
      publicUrl: publicPort.url,
      drain: async (graceMs) => {
        await Promise.all([api.drain(graceMs), publicPort.drain(graceMs)]);
      },
    };
  } catch (error) {
    await publicPort?.drain(0);
    throw error;
  }
}

async function startApi(options: EdgeOptions, limits: Limits): Promise<Port> {
  const { handlers, streams, authenticate, log, metrics, ready, pages } = options;
  const openServices = [HealthService, ...reflectionServices];
  const services = [...options.services, ...openServices];
  const health = createHealth(services.map(({ typeName }) => typeName));
  let draining = false;

  const dispatch = createDispatch({
    handlers,
    own: new Map([[HealthService.method.check, health.check]]),
    authenticate,
    openServices,
    limits,
    log,
    metrics,
  });
  const connect = createConnect({
    services,
    dispatch,
    streams: (method) => (method === HealthService.method.watch ? health.watch : streams?.(method)),
    bidi: createReflection(services),
    limits,
    log,
  });
  const web = createPageListener(
    createWeb({ services, log, metrics, ready, draining: () => draining, pages }),
    limits,
  );
  const port = await listenOn({
    ...options.listen,
    log,
    take: createUnaryGrpc({ services, dispatch, limits }),
    request: (request, response) => {
      if (!connect(request, response)) web.request(request, response);
    },
  });

  return {
    ...port,
    async drain(graceMs) {
      const endsAt = Date.now() + graceMs;
      draining = true;
      health.drain();
      // Watchers of health receive the change before their streams end.
      await setImmediate();
      dispatch.drain();
      await port.drain(graceMs);
      // Handlers whose callers have gone may still be recording a provider's answer.
      await Promise.race([Promise.all([dispatch.idle(), web.idle()]), passed(endsAt - Date.now())]);
    },
  };
}

/** Puts pages alone on a port, for recipients where the API has a port of its own. */
async function startPages({ publicListen, pages, log }: EdgeOptions, limits: Limits): Promise<Port> {
  const { tls, ...listen } = publicListen as Listen;
  const web = createPageListener(createPages({ pages, log }), limits);
  const { request } = web;
  const port = await listenOn({ ...listen, tls: tls && { cert: tls.cert, key: tls.key }, log, request });
  return {
    ...port,
    async drain(graceMs) {
      const endsAt = Date.now() + graceMs;
      await port.drain(graceMs);
      await Promise.race([web.idle(), passed(endsAt - Date.now())]);
    },
  };
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, Math.max(0, ms)).unref();
  });
}
