import {
  type Claim,
  type Connector,
  type Context,
  currencyCode,
  Failure,
  type Operation,
  type PayoutFacts,
  type PayoutStatus,
  Refusal,
  type Reply,
  type Request,
} from "../../connector/contract.ts";
import type { OperationHttp } from "../../connector/http/client.ts";
import type { EffectGuard } from "../../connector/http/effect-guard.ts";
import type { NewPayout, Payout } from "../../core/payout.ts";
import { reasons } from "../../core/reasons.ts";
import type { Dependencies } from "../dependencies.ts";
import type { PayoutRequest } from "../request/payout-request.ts";
import type { Route } from "../request/route.ts";
import { classify, finalResult, type ProviderResult } from "./provider-result.ts";
import { openIds, sealIds } from "./secret-ids.ts";

/** One call of a connector: what it is told besides a request, and what guards what it sends. */
export interface ConnectorCall {
  readonly route: Route;
  readonly payout: PayoutFacts | undefined;
  readonly claim?: Claim | undefined;
  readonly idempotencyKey: string;
  /** 1 when first sent. */
  readonly sendCount: number;
  readonly startedAtMs: number;
  /** When the call before had certainly ended, where there was one. */
  readonly lastSentAtMs?: number | undefined;
  readonly deadlineMs: number;
  readonly guard: EffectGuard;
}

/** One operation of a connector. */
export interface ProviderCall extends ConnectorCall {
  readonly operation: Operation;
  readonly request: PayoutRequest;
}

/** What calling a connector depends on. */
export type CallDependencies = Pick<Dependencies, "client" | "keys" | "log" | "now">;

/**
 * Runs one operation of a connector, and reads what its result means. Where an earlier call may have done it and the connector
 * can look that up, it does so first. Rejects never.
 */
export async function callProvider(deps: CallDependencies, call: ProviderCall): Promise<ProviderResult> {
  const { operation, route, sendCount } = call;
  const http = route.connector.hosts ? openHttp(deps, call) : noHttp;
  let earlierMadeNothing = sendCount === 1;
  const run = async () => {
    // Only where an id of the provider's could be claimed by whoever knows it are ids sealed.
    const opened = route.connector.secretIds ? openIds(deps.keys, call) : call;
    const context = contextOf(deps, opened, http);
    const found = sendCount > 1 ? await lookUp(opened, context) : undefined;
    if (!found && isLookedUp(route.connector)) earlierMadeNothing = true;
    const reply = found ?? (await operate(opened, context));
    return route.connector.secretIds ? sealIds(deps.keys, { sealed: call, opened }, reply) : reply;
  };
  try {
    // A reply that is none counts as the connector's breaking.
    return finalResult(operation, await withinDeadline(deps, { ...call, name: operation }, run()));
  } catch (error) {
    const { effectSent } = http;
    if (effectSent && !(error instanceof Failure) && !(error instanceof Refusal)) {
      const connector = route.connector.name;
      deps.log.error({ connector, operation, error }, "connector failed after something was sent");
    }
    return classify(call, error, { effectSent, earlierMadeNothing });
  }
}

function isLookedUp({ idempotency }: Connector): boolean {
  return "lookup" in idempotency;
}

/** What an earlier call made, where the connector finds it. */
async function lookUp({ operation, route, request }: ProviderCall, context: Context) {
  const { idempotency } = route.connector;
  if (!("lookup" in idempotency)) return undefined;
  return idempotency.lookup(operation, request as unknown as Request<Operation>, context);
}

function operate({ operation, route, request }: ProviderCall, context: Context): Promise<Reply<Operation>> {
  const { connector } = route;
  // The table of functions is keyed by operation, so request and function agree; the compiler cannot follow that.
  const run = connector[operation] as unknown as (
    request: PayoutRequest,
    context: Context,
  ) => Promise<Reply<Operation>>;
  return run.call(connector, request, context);
}

/** The way out for one call. */
export function openHttp({ client }: Pick<CallDependencies, "client">, call: ConnectorCall): OperationHttp {
  const { route, deadlineMs, guard, sendCount } = call;
  const { credentials, connector } = route;
  return client(connector).open({ credentials, deadlineMs, guard, resent: sendCount > 1 });
}

/** The way out of a connector that calls no provider. */
const noHttp: OperationHttp = { effectSent: false, send: hasNoHost, exchange: hasNoHost };

async function hasNoHost(): Promise<never> {
  throw new Failure("INTERNAL", "This connector has no hosts to send requests to.");
}

/** What a connector gets besides a request. */
export function contextOf(
  { log, now }: Pick<CallDependencies, "log" | "now">,
  call: ConnectorCall,
  http: OperationHttp,
): Context {
  const { route, payout, claim, idempotencyKey, sendCount, startedAtMs, lastSentAtMs } = call;
  const connector = route.connector.name;
  return {
    http,
    credentials: route.credentials,
    idempotencyKey,
    attempt: sendCount,
    startedAtMs,
    lastTriedAtMs: lastSentAtMs,
    payout,
    claim,
    now,
    warn: (message, facts) => log.warn({ connector, ...facts }, message),
  };
}

/** How long after the deadline a connector may work on what came; it can send nothing any more then, in milliseconds. */
const GRACE_MS = 2000;

/**
 * What a connector's work comes to. `name` is for the log.
 *
 * @throws Failure DEADLINE_EXCEEDED where it takes too long: work that never ended would keep its payout for ever.
 */
export async function withinDeadline<T>(
  { log, now }: Pick<CallDependencies, "log" | "now">,
  { route, deadlineMs, name }: Pick<ConnectorCall, "route" | "deadlineMs"> & { readonly name: string },
  work: Promise<T>,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    const giveUp = () => {
      const connector = route.connector.name;
      log.error({ connector, operation: name }, "connector operation timed out");
      const message = `${connector} timed out. ${reasons.DEADLINE_EXCEEDED.advice}`;
      reject(new Failure("DEADLINE_EXCEEDED", message));
    };
    timer = setTimeout(giveUp, deadlineMs - now() + GRACE_MS);
  });
  return Promise.race([work, tooLong]).finally(() => clearTimeout(timer));
}

/**
 * What a connector is told of a payout. Amounts that the request is the first to name are among it, since they will be when
 * the request is sent again.
 */
export function payoutFacts(
  payout: Payout | NewPayout,
  { amount, destinationCurrency }: Pick<PayoutRequest, "amount" | "destinationCurrency"> = {},
): PayoutFacts {
  return {
    id: payout.id,
    merchantPayoutId: payout.merchantPayoutId,
    connectorPayoutId: payout.connectorPayoutId,
    status: payout.status as PayoutStatus,
    amountMinor: payout.amountMinor ?? amount?.minorAmount ?? 0n,
    currency: payout.currency ?? currencyCode(amount?.currency ?? 0),
    destinationCurrency: payout.destinationCurrency ?? currencyCode(destinationCurrency ?? 0),
    linkExpiresAtMs: payout.link?.expiresAtMs,
  };
}
