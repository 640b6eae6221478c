import packageFile from "../../../package.json" with { type: "json" };
import { Failure } from "../../core/failure.ts";
import { type Answer, assertConclusive, type ErrorFacts, readOutcome, successOf } from "./answer.ts";
import { type ExchangeOptions, exchangeWithProvider } from "./exchange.ts";
import { createProviderHost, defaultHttpLimits, type HttpLimits, type ProviderHost } from "./host.ts";
import type { Http, HttpRequest } from "./http.ts";
import { secretValues, wrappedSecrets } from "./masking.ts";
import { logCall, type ProviderCallObserver } from "./observer.ts";
import { checkRequest, encodeRequest } from "./wire-request.ts";

/** What the client needs of a connector; every `Connector` has it. */
export interface HttpFacts<C> extends ErrorFacts {
  readonly hosts: { readonly live: string; readonly test: string } | undefined;
  environment?(credentials: C): "live" | "test";
  authorize?(credentials: C): Readonly<Record<string, string>>;
  readonly visible?: readonly string[];
}

/** What the core gives a connector's client. */
export interface HttpClientOptions extends ProviderCallObserver {
  /** The operator's base URL for this connector, instead of its own. */
  readonly baseUrl?: string | undefined;
  /** In milliseconds since 1970. */
  now(): number;
  readonly limits?: Partial<HttpLimits>;
}

/** One call of an operation. */
export interface OpenOptions<C> {
  readonly credentials: C;
  /** When the call ends, in milliseconds since 1970. */
  readonly deadlineMs: number;
  /** Awaited once, before the first request that can change something leaves. What it throws ends the call with nothing sent. */
  beforeEffect(): Promise<void>;
  /** Called each time just before the first byte of such a request may leave. What it throws ends the call with nothing sent. */
  beforeFirstByte?(): void;
  /**
   * True where an earlier attempt of the operation had an unknown outcome. An answer that says nothing about that one (401,
   * 403, 409, 429) then leaves the outcome unknown.
   */
  readonly resent?: boolean;
}

/** The way out for one call of an operation. */
export interface OperationHttp extends Http {
  /** Whether a request that can change something may have reached the provider. */
  readonly effectSent: boolean;
}

/** The HTTP client of one connector. Its connections, breaker and bulkhead are shared by all calls. */
export interface HttpClient<C> {
  open(call: OpenOptions<C>): OperationHttp;
  /** Waits for requests under way and closes the connections. */
  close(): Promise<void>;
}

/** Makes the client of a connector. Connects to nobody until a request is sent. */
export function createHttpClient<C>(connector: HttpFacts<C>, options: HttpClientOptions): HttpClient<C> {
  const limits = { ...defaultHttpLimits, ...options.limits };
  const hosts = new Map<string, ProviderHost>();
  const hostOf = (credentials: C): ProviderHost => {
    const baseUrl = options.baseUrl ?? connector.hosts?.[connector.environment?.(credentials) ?? "live"];
    if (baseUrl === undefined)
      throw new Failure("INTERNAL", `${connector.name} has no hosts to send requests to.`);
    const host = hosts.get(baseUrl) ?? createProviderHost(connector.name, baseUrl, limits);
    hosts.set(baseUrl, host);
    return host;
  };
  return {
    open: (call) => openOperation({ connector, options, limits, hostOf, call }),
    close: async () => {
      await Promise.all([...hosts.values()].map((host) => host.close()));
      hosts.clear();
    },
  };
}

interface Operation<C> {
  readonly connector: HttpFacts<C>;
  readonly options: HttpClientOptions;
  readonly limits: HttpLimits;
  hostOf(credentials: C): ProviderHost;
  readonly call: OpenOptions<C>;
}

/** What has happened in one call of an operation so far. */
interface Progress {
  effectSent: boolean;
  /** The core's note that something is about to be sent; begun once. */
  intent: Promise<void> | undefined;
}

function openOperation<C>(operation: Operation<C>): OperationHttp {
  const { connector, options } = operation;
  const progress: Progress = { effectSent: false, intent: undefined };
  return {
    get effectSent() {
      return progress.effectSent;
    },
    send: async (request) => {
      checkRequest(connector.name, request, { queryAllowed: false });
      const { reply, inDoubt } = await sendRequest(operation, progress, request);
      return successOf(connector, reply, inDoubt, options.now());
    },
    exchange: async (request) => {
      checkRequest(connector.name, request, { queryAllowed: true });
      const { reply, inDoubt } = await sendRequest(operation, progress, request);
      return assertConclusive(connector.name, reply, inDoubt);
    },
  };
}

async function sendRequest<C>(
  { connector, options, limits, call, hostOf }: Operation<C>,
  progress: Progress,
  request: HttpRequest,
): Promise<Answer> {
  const effect = request.effect ?? (request.method === "GET" ? "read" : "once");
  const host = hostOf(call.credentials);
  const headers = { "user-agent": userAgent, ...connector.authorize?.(call.credentials) };
  const wire = encodeRequest(request, host.pathPrefix, headers);
  const exchangeOptions: ExchangeOptions = {
    effect,
    deadlineMs: call.deadlineMs,
    limits,
    now: options.now,
    beforeTry: async () => {
      if (effect === "read") return;
      progress.intent ??= call.beforeEffect();
      await progress.intent;
    },
    onSend: () => {
      if (effect === "read") return;
      call.beforeFirstByte?.();
      progress.effectSent = true;
    },
  };
  return logCall(connector, options, request, async (report) => {
    const exchange = () => exchangeWithProvider(host, wire, exchangeOptions);
    const outcome = await host.admit(exchange, call.deadlineMs - options.now());
    report(outcome);
    const inDoubt = effect !== "read" && (outcome.inDoubt || call.resent === true);
    const own = secretValues(call.credentials);
    const secrets = [...own, ...wrappedSecrets(wire.headers, own), ...(request.secrets ?? [])];
    return { reply: readOutcome(connector.name, outcome, { effect, inDoubt, secrets }), inDoubt };
  });
}

const userAgent = `sluice/${packageFile.version}`;
