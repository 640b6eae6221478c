import { randomUUIDv7 } from "node:crypto";
import { type Config, ConfigError } from "./config.ts";
import type { Connector } from "./connector/contract.ts";
import { discoveryHandlers } from "./connector/discovery.ts";
import { createHttpClient, type HttpClient } from "./connector/http-client.ts";
import type { ProviderCall, ProviderCallObserver } from "./connector/provider-call.ts";
import { loadConnectors, type Registry } from "./connector/registry.ts";
import { startEdge } from "./edge/server.ts";
import { ConnectorService } from "./gen/sluice/v1/connector_service_pb.ts";
import { PayoutLinkService } from "./gen/sluice/v1/payout_link_service_pb.ts";
import { EventService } from "./gen/types/event_pb.ts";
import { PayoutService } from "./gen/types/payout_pb.ts";
import type { Ledger } from "./ledger/ledger.ts";
import { openLedger } from "./ledger/open-ledger.ts";
import { createPayouts } from "./payouts/payouts.ts";
import { createLog } from "./telemetry/log.ts";
import { createMetrics, type Metrics } from "./telemetry/metrics.ts";

/** A server that is up. */
export interface Service {
  readonly url: string;
  readonly registry: Registry;
  /** Finishes what is under way, for at most `graceMs`, and lets go of everything. */
  stop(graceMs: number): Promise<void>;
}

/** What {@link startService} may be told besides its configuration. */
export interface ServiceOptions {
  /** Puts something in front of the ledger. */
  readonly wrapLedger?: (ledger: Ledger) => Ledger;
}

const connectorsFolder = new URL("../connectors/", import.meta.url);

/**
 * Puts the parts together and listens.
 *
 * @throws Error that says what to change, where the configuration, a connector or the database cannot be used.
 */
export async function startService(config: Config, options: ServiceOptions = {}): Promise<Service> {
  const log = createLog({ level: config.logLevel });
  const metrics = createMetrics();
  const [registry, opened] = await Promise.all([
    loadConnectors([connectorsFolder, ...(config.connectorsFolder ? [config.connectorsFolder] : [])]),
    openLedger(config.databaseUrl, { now: Date.now, log }),
  ]);
  checkConnectorUrls(config, registry);
  const ledger = options.wrapLedger?.(opened) ?? opened;
  const clients = createClients(config, {
    log,
    metrics: { providerCall: (call) => countProviderCall(metrics, call) },
  });
  let url = "";
  const payouts = createPayouts({
    registry,
    ledger,
    log,
    client: clients.get,
    keys: config.keys,
    now: Date.now,
    owner: randomUUIDv7(),
    publicUrl: () => config.publicUrl ?? url,
  });
  const discovery = discoveryHandlers(registry);
  const edge = await startEdge({
    listen: { ...config.listen, tls: config.tls },
    services: [PayoutService, EventService, ConnectorService, PayoutLinkService],
    handlers: (method) => payouts.handlers(method) ?? discovery(method),
    ready: () => ledger.ping(),
    knownConnector: (name) => registry.get(name) !== undefined,
    limits: { callsInFlight: config.maxCalls },
    log,
    metrics,
  });
  url = edge.url;
  log.info({ url, connectors: registry.list().map(({ name }) => name) }, "listening");
  return {
    url,
    registry,
    stop: async (graceMs) => {
      await edge.drain(graceMs);
      payouts.close();
      await clients.close();
      await ledger.close();
      log.info({}, "stopped");
    },
  };
}

function checkConnectorUrls({ connectorUrls }: Config, registry: Registry): void {
  const mistakes = [...connectorUrls.keys()]
    .filter((name) => !registry.get(name))
    .map((name) => {
      const known = registry.list().map((connector) => connector.name);
      return `SLUICE_${name.toUpperCase().replaceAll("-", "_")}_URL names no connector: there are ${known.join(", ")}`;
    });
  if (mistakes.length > 0) throw new ConfigError(mistakes);
}

interface Clients {
  get(connector: Connector): HttpClient<unknown>;
  close(): Promise<void>;
}

/** One HTTP client for each connector that is called, made at its first call. */
function createClients(config: Config, observer: ProviderCallObserver): Clients {
  const clients = new Map<string, HttpClient<unknown>>();
  return {
    get: (connector) => {
      const before = clients.get(connector.name);
      if (before) return before;
      const client = createHttpClient(connector as Connector<unknown>, {
        ...observer,
        baseUrl: config.connectorUrls.get(connector.name),
        now: Date.now,
        limits: { inFlight: config.maxProviderCalls, queue: config.maxCalls },
      });
      clients.set(connector.name, client);
      return client;
    },
    close: async () => {
      await Promise.all([...clients.values()].map((client) => client.close()));
    },
  };
}

function countProviderCall(metrics: Metrics, { connector, status, durationMs }: ProviderCall): void {
  const outcome = status === undefined ? "none" : `${Math.floor(status / 100)}xx`;
  metrics.provider({ connector, outcome }, durationMs / 1000);
}
