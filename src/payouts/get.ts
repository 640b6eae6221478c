import { supports } from "../connector/capability.ts";
import { Failure } from "../core/failure.ts";
import type { Operation } from "../core/operations.ts";
import type { Payout } from "../core/payout.ts";
import { payoutStatus } from "../core/status.ts";
import type { Dependencies } from "./dependencies.ts";
import { checkConnector, findPayout } from "./execute/command.ts";
import { presentLink } from "./payout-link.ts";
import { callProvider, payoutFacts } from "./provider/provider-call.ts";
import {
  type PayoutReply,
  type ProviderResult,
  providerLinkUpdate,
  replyMessage,
  updateFrom,
} from "./provider/provider-result.ts";
import type { PayoutRequest } from "./request/payout-request.ts";
import type { Route } from "./request/route.ts";
import { unsupported } from "./request/validate.ts";
import { applyUpdate, expire } from "./status-update.ts";

/** Something to read at the provider, which changes nothing there. */
export interface ProviderRead {
  readonly operation: Operation;
  readonly request: PayoutRequest;
  readonly route: Route;
  readonly payout: Payout | undefined;
  /** In milliseconds since 1970. */
  readonly deadlineMs: number;
}

/**
 * Says where a payout is: reads it at the provider where that has an object for it, answers from the ledger where it has none, and
 * writes down what changed.
 *
 * @throws Failure PAYOUT_NOT_FOUND, CONNECTOR_MISMATCH, or the provider's.
 * @example await get(deps, { operation: "get", request, route, deadlineMs })
 */
export async function get(deps: Dependencies, query: Omit<ProviderRead, "payout">): Promise<PayoutReply> {
  const { request, route } = query;
  const payout = await findKnown(deps, request, route);
  if (payout && !isKnownToProvider(payout, route)) {
    return present(deps, await expire(deps, payout), replyMessage("get", {}));
  }
  const { reply } = await readAtProvider(deps, { ...query, payout });
  if (!payout) return { connectorPayoutId: request.connectorPayoutId, ...reply } as PayoutReply;
  const updated = await expire(deps, await applyUpdate(deps, payout, getUpdate(deps, payout, reply)));
  return present(deps, updated === payout ? await readNewer(deps, payout) : updated, reply);
}

/** What the reply to a Get says of its payout, for the store. */
export function getUpdate({ keys }: Pick<Dependencies, "keys">, payout: Payout, reply: PayoutReply) {
  return { ...updateFrom("get", reply), ...providerLinkUpdate(keys, payout, reply) };
}

/** The answer to a Void of what is cancelled already; undefined where it is not. */
export async function cancelledBefore(
  deps: Dependencies,
  request: PayoutRequest,
  route: Route,
): Promise<PayoutReply | undefined> {
  const payout = await findKnown(deps, request, route);
  const isCancelled = payout?.status === payoutStatus.CANCELLED;
  return isCancelled ? present(deps, payout, replyMessage("void", {})) : undefined;
}

/**
 * Reads at the provider. What it rejected for the caller's sake is among the results.
 *
 * @throws Failure where it does not answer, or the connector has no such operation.
 */
export async function readAtProvider(
  deps: Dependencies,
  { operation, request, route, payout, deadlineMs }: ProviderRead,
): Promise<Exclude<ProviderResult, { kind: "not_sent" | "unknown" }>> {
  const { connector } = route;
  if (!connector[operation]) throw unsupported(operation, connector, deps.registry);
  const connectorPayoutId = payout?.connectorPayoutId ?? request.connectorPayoutId;
  const result = await callProvider(deps, {
    operation,
    request: { ...request, ...(connectorPayoutId && { connectorPayoutId }) },
    route,
    payout: payout && payoutFacts(payout, request),
    idempotencyKey: "",
    sendCount: 1,
    startedAtMs: deps.now(),
    deadlineMs,
    guard: {
      beforeFirstEffect: async () => {
        throw new Failure("INTERNAL", `${connector.name} tried to change something in ${operation}.`);
      },
      beforeSend: () => {},
    },
  });
  if (result.kind === "not_sent" || result.kind === "unknown") throw result.error;
  return result;
}

/**
 * Whether the provider knows more of a payout than the ledger. A cancelled one is not paid any more, and what has no object
 * at the provider is only known here.
 */
export function isKnownToProvider(payout: Payout, { connector }: Route): boolean {
  const isReadable = connector.get !== undefined || !supports(connector, "get");
  return isReadable && payout.connectorPayoutId !== undefined && payout.status !== payoutStatus.CANCELLED;
}

async function findKnown(
  deps: Dependencies,
  request: PayoutRequest,
  route: Route,
): Promise<Payout | undefined> {
  const payout = await findPayout(deps, request, route);
  if (payout) {
    checkConnector(payout, route);
    return payout;
  }
  if (request.connectorPayoutId) return undefined;
  const message = `There is no payout with merchant_payout_id ${request.merchantPayoutId} of this merchant. Check the id and x-merchant-id, or write the connector_payout_id.`;
  throw new Failure("PAYOUT_NOT_FOUND", message, { field: "merchant_payout_id" });
}

/** A payout that the provider said nothing new of, as another call may have written it meanwhile. Links are read with the reply. */
async function readNewer({ ledger }: Pick<Dependencies, "ledger">, payout: Payout): Promise<Payout> {
  if (payout.link) return payout;
  return (await ledger.findPayout(payout.scope, { id: payout.id })) ?? payout;
}

/** The reply with what the ledger knows. A status of the provider's that cannot follow on the one before is not shown. */
async function present(deps: Dependencies, seen: Payout, reply: PayoutReply): Promise<PayoutReply> {
  const isGet = reply.$typeName === "types.PayoutServiceGetResponse";
  const link = isGet && seen.link ? await deps.ledger.findLinkById(seen.scope, seen.id) : undefined;
  const payout = link?.payout ?? seen;
  if (payout.merchantPayoutId) reply.merchantPayoutId = payout.merchantPayoutId;
  reply.connectorPayoutId = payout.connectorPayoutId ?? payout.id;
  // A status that this version does not know stays UNSPECIFIED, rather than to look like the one before.
  if (reply.payoutStatus !== payoutStatus.PAYOUT_STATUS_UNSPECIFIED) reply.payoutStatus = payout.status;
  if (link) reply.payoutLink = presentLink(deps, link);
  return reply;
}
