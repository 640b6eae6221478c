import { startEdge } from "../../src/edge/server.ts";
import { PayoutService } from "../../src/gen/types/payout_pb.ts";
import { allowAnonymous } from "../../src/security/authentication.ts";
import { createLog } from "../../src/telemetry/log.ts";
import { createMetrics } from "../../src/telemetry/metrics.ts";
import { linkReply } from "./link-reply.ts";

// The edge alone: dispatch with all its rules, its log and its metrics, and a handler that answers at once.
const edge = await startEdge({
  listen: { host: "127.0.0.1", port: 0 },
  services: [PayoutService],
  handlers: (method) => (method === PayoutService.method.createLink ? async () => linkReply : undefined),
  authenticate: allowAnonymous,
  ready: async () => undefined,
  log: createLog({ level: "info" }),
  metrics: createMetrics(),
});
console.error(edge.url);
process.once("SIGTERM", () => process.exit());
