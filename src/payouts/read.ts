import { PayoutStatus } from "../connector/contract.ts";
import type { Call } from "../core/call.ts";
import { Failure } from "../core/failure.ts";
import type { Payout } from "../core/payout.ts";
import { changeOf } from "./execute/outcome.ts";
import { checkConnector } from "./execute/payout-state.ts";
import { findPayout } from "./execute/submission.ts";
import { hostedNews } from "./links/hosted-news.ts";
import { showLink } from "./links/sealed-link.ts";
import { expire, learn } from "./news.ts";
import type { Parts } from "./parts.ts";
import { type PayoutReply, replyMessage } from "./provider/reply.ts";
import { hasMoreToTell, read } from "./reading.ts";
import type { PayoutRequest } from "./request/payout-request.ts";
import type { Route } from "./request/route.ts";

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
  if (payout && !hasMoreToTell(payout, route)) {
    return show(parts, await expire(parts, payout), replyMessage("get", {}));
  }
  const { deadlineMs } = call;
  const { reply } = await read(parts, { operation: "get", request, route, payout, deadlineMs });
  if (!payout) return { connectorPayoutId: request.connectorPayoutId, ...reply } as PayoutReply;
  const after = await learn(parts, payout, {
    ...changeOf("get", reply),
    ...hostedNews(parts, payout, reply),
  });
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
  const { deadlineMs } = call;
  const { reply } = await read(parts, { operation: "eligibility", request, route, payout, deadlineMs });
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

/** The reply with what the ledger knows. A status that the provider told and that cannot follow on the one before is not shown. */
async function show(parts: Parts, payout: Payout, reply: PayoutReply): Promise<PayoutReply> {
  if (payout.merchantPayoutId) reply.merchantPayoutId = payout.merchantPayoutId;
  reply.connectorPayoutId = payout.connectorPayoutId ?? payout.id;
  // A status that this version does not know stays UNSPECIFIED, rather than to look like the one before.
  if (reply.payoutStatus !== PayoutStatus.PAYOUT_STATUS_UNSPECIFIED)
    reply.payoutStatus = payout.status as PayoutStatus;
  if (payout.link && reply.$typeName === "types.PayoutServiceGetResponse") {
    const link = await parts.ledger.findLinkById(payout.scope, payout.id);
    if (link) reply.payoutLink = showLink(parts, link);
  }
  return reply;
}
