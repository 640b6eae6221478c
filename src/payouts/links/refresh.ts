import { create } from "@bufbuild/protobuf";
import type { Payout } from "../../core/payout.ts";
import { PayoutServiceGetRequestSchema } from "../../gen/types/payout_pb.ts";
import type { Dependencies } from "../dependencies.ts";
import { getUpdate, isKnownToProvider, readAtProvider } from "../get.ts";
import { failureOf } from "../provider/provider-result.ts";
import { storedRoute } from "../request/credentials.ts";
import type { PayoutRequest } from "../request/payout-request.ts";
import type { Route } from "../request/route.ts";
import { applyUpdate, isOpen, readAgain } from "../status-update.ts";
import { isDue, payAutomatically } from "./automatic-payment.ts";

/**
 * Reads at the provider where a link's payout is, and pays where the recipient's details are in and fulfilment is automatic. Of
 * a link that has ended, the ledger knows all. Returns the payout as it then stands.
 *
 * @throws Failure where the provider does not say.
 */
export async function refresh(deps: Dependencies, seen: Payout): Promise<Payout> {
  const payout = await readAgain(deps, seen);
  const route = isOpen(payout) ? await storedRoute(deps, payout) : undefined;
  if (!route) return payout;
  const current = isKnownToProvider(payout, route) ? await readStatus(deps, payout, route) : payout;
  return (await isDue(deps, current, route)) ? payAutomatically(deps, current, route) : current;
}

async function readStatus(deps: Dependencies, payout: Payout, route: Route): Promise<Payout> {
  const { merchantPayoutId } = payout;
  const request = create(
    PayoutServiceGetRequestSchema,
    merchantPayoutId === undefined ? {} : { merchantPayoutId },
  ) as PayoutRequest;
  const deadlineMs = deps.now() + deps.patience.providerDeadlineMs;
  const { kind, reply } = await readAtProvider(deps, {
    operation: "get",
    request,
    route,
    payout,
    deadlineMs,
  });
  if (kind === "rejected" || (reply.error && !reply.payoutStatus)) throw failureOf(reply);
  return applyUpdate(deps, payout, getUpdate(deps, payout, reply));
}
