import { type Operation, PayoutStatus } from "../connector/contract.ts";
import { Failure } from "../connector/failure.ts";
import type { Call } from "../edge/call.ts";
import type { Payout } from "../ledger/ledger.ts";
import { ask } from "./ask.ts";
import { showLink } from "./link.ts";
import { expire, learn } from "./news.ts";
import { changeOf } from "./outcome.ts";
import type { Parts } from "./parts.ts";
import type { PayoutRequest } from "./payout-request.ts";
import { checkConnector } from "./payout-state.ts";
import { type PayoutReply, replyMessage } from "./reply.ts";
import type { Route } from "./route.ts";
import { findPayout, payoutFacts } from "./submission.ts";

/**
 * Says where a payout is: asks the provider where it has an object for it, answers from the ledger where it has none, and
 * writes down what changed.
 */
export async function get(
  parts: Parts,
  request: PayoutRequest,
  route: Route,
  call: Call,
): Promise<PayoutReply> {
  const payout = await findKnown(parts, request, route);
  if (payout && !hasMoreToTell(payout)) {
    return show(parts, await expire(parts, payout), replyMessage("get", {}));
  }
  const connectorPayoutId = payout?.connectorPayoutId ?? request.connectorPayoutId;
  const reply = await question(
    parts,
    "get",
    { ...request, ...(connectorPayoutId && { connectorPayoutId }) },
    route,
    call,
    payout,
  );
  if (!payout) return { connectorPayoutId, ...reply } as PayoutReply;
  const after = await learn(parts, payout, changeOf("get", reply));
  return show(parts, await expire(parts, after), reply);
}

/** Asks whether a recipient or method can be paid. */
export async function eligibility(
  parts: Parts,
  request: PayoutRequest,
  route: Route,
  call: Call,
): Promise<PayoutReply> {
  const payout = await findPayout(parts, request, route);
  if (payout) checkConnector(payout, route);
  const connectorPayoutId = payout?.connectorPayoutId ?? request.connectorPayoutId;
  const reply = await question(
    parts,
    "eligibility",
    { ...request, ...(connectorPayoutId && { connectorPayoutId }) },
    route,
    call,
    payout,
  );
  if (request.merchantPayoutId) reply.merchantPayoutId = request.merchantPayoutId;
  return reply;
}

/** The answer to a Void of what is cancelled already; undefined where it is not. */
export async function cancelledBefore(
  parts: Parts,
  request: PayoutRequest,
  route: Route,
): Promise<PayoutReply | undefined> {
  const payout = await findKnown(parts, request, route);
  return payout?.status === PayoutStatus.CANCELLED
    ? show(parts, payout, replyMessage("void", {}))
    : undefined;
}

async function findKnown(parts: Parts, request: PayoutRequest, route: Route): Promise<Payout | undefined> {
  const payout = await findPayout(parts, request, route);
  if (payout) {
    checkConnector(payout, route);
    return payout;
  }
  if (request.connectorPayoutId) return undefined;
  const message = `There is no payout with merchant_payout_id ${request.merchantPayoutId} of this merchant. Check the id and x-merchant-id, or write the connector_payout_id.`;
  throw new Failure("PAYOUT_NOT_FOUND", message, { field: "merchant_payout_id" });
}

/** A cancelled payout is not paid any more, and what has no object at the provider is only known here. */
function hasMoreToTell(payout: Payout): boolean {
  return payout.connectorPayoutId !== undefined && payout.status !== PayoutStatus.CANCELLED;
}

async function question(
  parts: Parts,
  operation: Operation,
  request: PayoutRequest,
  route: Route,
  call: Call,
  payout: Payout | undefined,
): Promise<PayoutReply> {
  const nowMs = parts.now();
  const ended = await ask(parts, {
    operation,
    request,
    route,
    payout: payout && payoutFacts(payout, request),
    idempotencyKey: "",
    attempt: 1,
    startedAtMs: nowMs,
    deadlineMs: call.deadlineMs,
    beforeEffect: () =>
      Promise.reject(
        new Failure("INTERNAL", `${route.connector.name} tried to change something in ${operation}.`),
      ),
  });
  if (ended.kind === "not done" || ended.kind === "unknown") throw ended.failure;
  return ended.reply;
}

/** The reply with what the ledger knows. A status that the provider told and that cannot follow on the one before is not shown. */
function show(parts: Parts, payout: Payout, reply: PayoutReply): PayoutReply {
  if (payout.merchantPayoutId) reply.merchantPayoutId = payout.merchantPayoutId;
  reply.connectorPayoutId = payout.connectorPayoutId ?? payout.id;
  // A status that this version does not know stays UNSPECIFIED, rather than to look like the one before.
  if (reply.payoutStatus !== PayoutStatus.PAYOUT_STATUS_UNSPECIFIED)
    reply.payoutStatus = payout.status as PayoutStatus;
  if (payout.link && reply.$typeName === "types.PayoutServiceGetResponse") {
    reply.payoutLink = showLink(parts, {
      payoutId: payout.id,
      link: payout.link,
      createdAtMs: payout.createdAtMs,
    });
  }
  return reply;
}
