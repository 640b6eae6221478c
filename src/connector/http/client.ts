import packageFile from "../../../package.json" with { type: "json" };
import { Failure } from "../../core/failure.ts";
import { type EffectGuard, unguarded } from "./effect-guard.ts";
import { exchangeWithProvider } from "./exchange.ts";
import { createProviderHost, defaultHttpLimits, type HttpLimits, type ProviderHost } from "./host.ts";
import { secretValues, wrappedSecrets } from "./masking.ts";
import { type ProviderCallObserver, reportCall } from "./observer.ts";
import { assertConclusive, assertSuccess, type ErrorMapping, type ProviderReply, replyOf } from "./reply.ts";
import { checkRequest, encodeRequest, type Http, type HttpRequest } from "./request.ts";

/** The part of a connector that its HTTP client uses. */
export interface HttpConnector<C> extends ErrorMapping {
  readonly hosts: { readonly live: string; readonly test: string } | undefined;
  environment?(credentials: C): "live" | "test";
  authorize?(credentials: C): Readonly<Record<string, string>>;
  readonly visible?: readonly string[];
}

/** Options of a connector's HTTP client. */
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
  /** Consulted before each request that can change something. */
  readonly guard: EffectGuard;
  /**
   * True if the operation was sent before and its outcome is unknown. An answer that says nothing about that earlier send
   * (401, 403, 409, 429) then leaves the outcome unknown.
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
  /** Waits for requests in progress and closes the connections. */
  close(): Promise<void>;
}

/** Creates the client of a connector. It opens no connection until a request is sent. */
export function createHttpClient<C>(connector: HttpConnector<C>, options: HttpClientOptions): HttpClient<C> {
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
  readonly connector: HttpConnector<C>;
  readonly options: HttpClientOptions;
  readonly limits: HttpLimits;
  hostOf(credentials: C): ProviderHost;
  readonly call: OpenOptions<C>;
}

function openOperation<C>(operation: Operation<C>): OperationHttp {
  const { connector, options, call } = operation;
  let effectSent = false;
  let intent: Promise<void> | undefined;
  const guard: EffectGuard = {
    beforeFirstEffect: async () => {
      intent ??= call.guard.beforeFirstEffect();
      await intent;
    },
    beforeSend: () => {
      call.guard.beforeSend();
      effectSent = true;
    },
  };
  return {
    get effectSent() {
      return effectSent;
    },
    send: async (request) => {
      checkRequest(connector.name, request, { queryAllowed: false });
      return assertSuccess(connector, await sendRequest(operation, guard, request), options.now());
    },
    exchange: async (request) => {
      checkRequest(connector.name, request, { queryAllowed: true });
      return assertConclusive(connector.name, await sendRequest(operation, guard, request));
    },
  };
}

/**
 * Sends one request. The layers around it, from the outside in, are log ⊃ bulkhead ⊃ retry ⊃ circuit breaker ⊃ intent ⊃
 * deadline ⊃ connection: each refusal is logged, waiting for a slot writes no intent, every retry passes the breaker anew,
 * and the time that the intent took counts against the deadline.
 */
async function sendRequest<C>(
  { connector, options, limits, call, hostOf }: Operation<C>,
  guard: EffectGuard,
  request: HttpRequest,
): Promise<ProviderReply> {
  const effect = request.effect ?? (request.method === "GET" ? "read" : "once");
  const host = hostOf(call.credentials);
  const headers = { "user-agent": userAgent, ...connector.authorize?.(call.credentials) };
  const wire = encodeRequest(request, host.pathPrefix, headers);
  return reportCall(connector, options, request, async (report) => {
    const exchange = () =>
      exchangeWithProvider(host, wire, {
        effect,
        deadlineMs: call.deadlineMs,
        limits,
        now: options.now,
        guard: effect === "read" ? unguarded : guard,
      });
    const outcome = await host.admit(exchange, call.deadlineMs - options.now());
    report(outcome);
    const ambiguous = effect !== "read" && (outcome.ambiguous || call.resent === true);
    const own = secretValues(call.credentials);
    const secrets = [...own, ...wrappedSecrets(wire.headers, own), ...(request.secrets ?? [])];
    return { reply: replyOf(connector.name, outcome, { effect, ambiguous, secrets }), ambiguous };
  });
}

const userAgent = `sluice/${packageFile.version}`;
