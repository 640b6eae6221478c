import { create, type DescMethodUnary } from "@bufbuild/protobuf";
import type { Handler } from "../../src/core/call.ts";
import { type Edge, type EdgeOptions, startEdge } from "../../src/edge/server.ts";
import { PayoutLinkService } from "../../src/gen/sluice/v1/payout_link_service_pb.ts";
import {
  PayoutService,
  type PayoutServiceCreateLinkRequest,
  PayoutServiceCreateLinkResponseSchema,
} from "../../src/gen/types/payout_pb.ts";
import { allowAnonymous } from "../../src/security/authentication.ts";
import { createLog } from "../../src/telemetry/log.ts";
import { createMetrics, type Metrics } from "../../src/telemetry/metrics.ts";

/** An edge whose `CreateLink` a test decides, with all that it wrote down. */
export interface EchoEdge extends Edge {
  /** Lines of the log, parsed. */
  readonly lines: Record<string, unknown>[];
  readonly metrics: Metrics;
}

/** Starts an edge on a free port of the loopback. `CreateLink` answers with the id it was given, unless `createLink` is. */
export async function startEchoEdge(
  options: Partial<EdgeOptions> & { createLink?: Handler } = {},
): Promise<EchoEdge> {
  const lines: Record<string, unknown>[] = [];
  const metrics = createMetrics();
  const { createLink = echo, ...rest } = options;
  const edge = await startEdge({
    listen: { host: "127.0.0.1", port: 0, silenceMs: 400 },
    services: [PayoutService, PayoutLinkService],
    handlers: (method: DescMethodUnary) =>
      method === PayoutService.method.createLink ? createLink : undefined,
    authenticate: allowAnonymous,
    ready: async () => undefined,
    log: createLog({ level: "debug", destination: { write: (line) => lines.push(JSON.parse(line)) } }),
    metrics,
    ...rest,
  });
  return { ...edge, lines, metrics };
}

/** Answers with the id and the description that it was given. */
export const echo: Handler = async (request) => {
  const { merchantPayoutId = "", description = "" } = request as PayoutServiceCreateLinkRequest;
  return create(PayoutServiceCreateLinkResponseSchema, {
    merchantPayoutId,
    connectorPayoutId: description,
    statusCode: 200,
  });
};
