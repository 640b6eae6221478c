import type { DescService } from "@bufbuild/protobuf";
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import type { Log } from "../../telemetry/log.ts";
import type { Metrics } from "../../telemetry/metrics.ts";

/** Options of {@link createWeb}. */
export interface WebOptions {
  readonly services: readonly DescService[];
  readonly log: Log;
  readonly metrics: Metrics;
  /** Rejects, saying why, while this server cannot work. */
  readonly ready: () => Promise<void>;
  readonly draining: () => boolean;
  /** More pages, with paths of their own. */
  readonly pages: Hono | undefined;
}

/** Everything on the port that is not an RPC: probes, metrics, pages, and a 404 that says what there is. */
export function createWeb(options: WebOptions): Hono {
  const { services, log, metrics, ready, draining, pages } = options;
  const web = createPages(options);
  web.get("/healthz", (context) => context.text("alive\n"));
  web.get("/readyz", async (context) => {
    if (draining()) return context.text("not ready: the server is about to stop\n", 503);
    try {
      await ready();
      return context.text("ready\n");
    } catch (error) {
      // The error names hosts, users and files, and the endpoint is open to anonymous callers.
      log.warn({ error }, "not ready");
      return context.text("not ready: the log of this server says why\n", 503);
    }
  });
  web.get("/metrics", async (context) =>
    context.body(await metrics.text(), 200, { "content-type": metrics.contentType }),
  );
  return web.notFound((context) =>
    context.text(
      directory(`${context.req.method} ${context.req.path.slice(0, 200)}`, services, pages !== undefined),
      404,
    ),
  );
}

/** Pages alone, for a listener of their own. */
export function createPages({ pages, log }: Pick<WebOptions, "pages" | "log">): Hono {
  const web = new Hono();
  web.onError((error, context) => {
    if (error instanceof HTTPException) return error.getResponse();
    log.error({ error, method: context.req.method }, "unhandled error in page");
    return context.text("Something went wrong here. Try again later.\n", 500);
  });
  if (pages) web.route("/", pages);
  return web;
}

function directory(requested: string, services: readonly DescService[], hasPages: boolean): string {
  return [
    `There is nothing at ${requested}. There is:`,
    "",
    ...(hasPages ? ["  GET  /l/{token}  the page of a payout link"] : []),
    "  GET  /healthz   whether the process lives",
    "  GET  /readyz    whether it can work",
    "  GET  /metrics   numbers for Prometheus",
    ...services.map(({ typeName }) => `  POST /${typeName}/{method}`),
    "",
    "Services speak gRPC, gRPC-Web and Connect: with curl, send JSON with content-type: application/json.",
    "",
  ].join("\n");
}
