import { create } from "@bufbuild/protobuf";
import type { Payout } from "../../core/payout.ts";
import { PayoutServiceGetRequestSchema } from "../../gen/types/payout_pb.ts";
import { changeOf } from "../execute/outcome.ts";
import { isOpen } from "../execute/payout-state.ts";
import { learn } from "../news.ts";
import type { Parts } from "../parts.ts";
import { failureOf } from "../provider/reply.ts";
import { hasMoreToTell, read } from "../reading.ts";
import type { PayoutRequest } from "../request/payout-request.ts";
import type { Route } from "../request/route.ts";
import { sealedRoute } from "../request/sealed-route.ts";
import { fulfil, isDue } from "./fulfil.ts";
import { hostedNews } from "./hosted-news.ts";
import { readAgain } from "./link-entry.ts";

/**
 * Asks the provider where a link's payout is, and pays where the recipient's details are in and fulfilment is automatic. Of
 * a link that has ended, the ledger knows all. Returns the payout as it then stands.
 *
 * @throws Failure where the provider does not say.
 */
export async function refresh(parts: Parts, seen: Payout): Promise<Payout> {
  const payout = await readAgain(parts, seen);
  const route = isOpen(payout) ? await sealedRoute(parts, payout) : undefined;
  if (!route) return payout;
  const told = hasMoreToTell(payout, route) ? await askWhere(parts, payout, route) : payout;
  return (await isDue(parts, told, route)) ? fulfil(parts, told, route) : told;
}

async function askWhere(parts: Parts, payout: Payout, route: Route): Promise<Payout> {
  const { merchantPayoutId } = payout;
  const request = create(
    PayoutServiceGetRequestSchema,
    merchantPayoutId === undefined ? {} : { merchantPayoutId },
  ) as PayoutRequest;
  const deadlineMs = parts.now() + parts.patience.providerDeadlineMs;
  const { kind, reply } = await read(parts, { operation: "get", request, route, payout, deadlineMs });
  if (kind === "turned away" || (reply.error && !reply.payoutStatus)) throw failureOf(reply);
  return learn(parts, payout, { ...changeOf("get", reply), ...hostedNews(parts, payout, reply) });
}
