import { randomUUIDv7 } from "node:crypto";
import { type Config, ConfigError } from "./config/config.ts";
import type { Connector } from "./connector/contract.ts";
import { createHttpClient, type HttpClient } from "./connector/http/client.ts";
import type { HttpCall, ProviderCallObserver } from "./connector/http/observer.ts";
import { loadConnectors, type Registry } from "./connector/registry.ts";
import { defaultPatience, type Patience } from "./core/patience.ts";
import { createClientAddress } from "./edge/http/client-address.ts";
import { startEdge } from "./edge/server.ts";
import { ConnectorService } from "./gen/sluice/v1/connector_service_pb.ts";
import { PayoutLinkService } from "./gen/sluice/v1/payout_link_service_pb.ts";
import { EventService } from "./gen/types/event_pb.ts";
import { PayoutService } from "./gen/types/payout_pb.ts";
import type { Ledger } from "./ledger/ledger.ts";
import { openLedger } from "./ledger/open-ledger.ts";
import { createPages } from "./pages/routes.ts";
import { discoveryHandlers } from "./payouts/api/connector-service.ts";
import { linkHandlers } from "./payouts/api/payout-link-service.ts";
import { createPayouts } from "./payouts/api/payout-service.ts";
import { createAuthentication } from "./security/authentication.ts";
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
  /** How long to wait for others, where it is not as usual. */
  readonly patience?: Partial<Patience>;
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
  checkConnectorNames(config, registry);
  const ledger = options.wrapLedger?.(opened) ?? opened;
  const patience = { ...defaultPatience, ...options.patience };
  const clients = createClients(config, patience, {
    log,
    metrics: { providerCall: (call) => countProviderCall(metrics, call) },
  });
  let publicUrl = "";
  const parts = {
    registry,
    ledger,
    log,
    keys: config.keys,
    now: Date.now,
    patience,
    publicUrl: () => config.publicUrl ?? publicUrl,
  };
  const payouts = createPayouts({ ...parts, client: clients.get, owner: randomUUIDv7() });
  const links = linkHandlers({ ...parts, links: payouts.links });
  const discovery = discoveryHandlers(registry);
  const edge = await startEdge({
    listen: { ...config.listen, tls: config.tls },
    services: [PayoutService, EventService, ConnectorService, PayoutLinkService],
    handlers: (method) => payouts.handlers(method) ?? links(method) ?? discovery(method),
    pages: createPages({
      ...parts,
      links: payouts.links,
      branding: config.branding,
      // One that calls nobody moves no money, so no number is worth anything there.
      cardsAllowed: ({ name, hosts }) => hosts === undefined || config.cards.has(name),
      clientAddress: createClientAddress(config.trustedProxies),
    }),
    publicListen: config.publicListen && { ...config.publicListen, tls: config.tls },
    authenticate: await createAuthentication(config.callers, log),
    ready: () => ledger.ping(),
    limits: { callsInFlight: config.maxCalls },
    log,
    metrics,
  });
  publicUrl = edge.publicUrl;
  log.info({ url: edge.url, connectors: registry.list().map(({ name }) => name) }, "listening");
  return {
    url: edge.url,
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

function checkConnectorNames({ connectorUrls, cards }: Config, registry: Registry): void {
  const known = registry.list().map(({ name }) => name);
  const isUnknown = (name: string) => !registry.get(name);
  const urls = [...connectorUrls.keys()]
    .filter(isUnknown)
    .map((name) => `SLUICE_${name.toUpperCase().replaceAll("-", "_")}_URL names no connector`);
  const cardNames = [...cards].filter(isUnknown).map((name) => `SLUICE_CARDS names no connector: ${name}`);
  const mistakes = [...urls, ...cardNames].map((mistake) => `${mistake}; there are ${known.join(", ")}`);
  if (mistakes.length > 0) throw new ConfigError(mistakes);
}

interface Clients {
  get(connector: Connector): HttpClient<unknown>;
  close(): Promise<void>;
}

/** One HTTP client for each connector that is called, made at its first call. */
function createClients(config: Config, patience: Patience, observer: ProviderCallObserver): Clients {
  const clients = new Map<string, HttpClient<unknown>>();
  return {
    get: (connector) => {
      const before = clients.get(connector.name);
      if (before) return before;
      const client = createHttpClient(connector as Connector<unknown>, {
        ...observer,
        baseUrl: config.connectorUrls.get(connector.name),
        now: Date.now,
        limits: {
          inFlight: config.maxProviderCalls,
          queue: config.maxCalls,
          headersTimeoutMs: patience.providerHeadersMs,
        },
      });
      clients.set(connector.name, client);
      return client;
    },
    close: async () => {
      await Promise.all([...clients.values()].map((client) => client.close()));
    },
  };
}

function countProviderCall(metrics: Metrics, { connector, status, durationMs }: HttpCall): void {
  const outcome = status === undefined ? "none" : `${Math.floor(status / 100)}xx`;
  metrics.provider({ connector, outcome }, durationMs / 1000);
}
