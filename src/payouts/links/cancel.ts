import { create } from "@bufbuild/protobuf";
import { Failure } from "../../core/failure.ts";
import type { Payout, Scope } from "../../core/payout.ts";
import { hasMovedMoney, statusFacts } from "../../core/status.ts";
import { PayoutServiceVoidRequestSchema } from "../../gen/types/payout_pb.ts";
import type { Dependencies } from "../dependencies.ts";
import { execute } from "../execute/execute.ts";
import { failureOf } from "../provider/provider-result.ts";
import { storedRoute } from "../request/credentials.ts";
import type { PayoutRequest } from "../request/payout-request.ts";
import { readAgain } from "../status-update.ts";

/**
 * Closes a link, at the provider too. One that has ended without being paid is as it should be. Returns the payout as it then
 * stands.
 *
 * @throws Failure PAYOUT_NOT_FOUND; PAYOUT_STATE where it is paid or being paid; or the provider's.
 */
export async function cancel(deps: Dependencies, scope: Scope, payoutId: string): Promise<Payout> {
  const payout = await readAgain(deps, { scope, id: payoutId });
  const { link, merchantPayoutId } = payout;
  if (!link) throw new Failure("PAYOUT_NOT_FOUND", "There is no such link of this merchant. Check the id.");
  if (link.state === "CANCELLED" || link.state === "EXPIRED") return payout;
  if (isTooLate(payout)) throw tooLate(payout);
  const route = await storedRoute(deps, payout);
  if (!route) throw withoutCredentials(payout);
  const request = create(PayoutServiceVoidRequestSchema, {
    connectorPayoutId: payoutId,
    ...(merchantPayoutId !== undefined && { merchantPayoutId }),
  }) as PayoutRequest;
  const waiting = { deadlineMs: deps.now() + deps.patience.providerDeadlineMs, setTrailer: () => {} };
  const reply = await execute(deps, { operation: "void", request, route }, waiting);
  if (reply.error) throw failureOf(reply);
  return readAgain(deps, payout);
}

/** Whether a payment is under way or made, so that cancelling would come too late. */
export function isTooLate({ link, status }: Payout): boolean {
  const facts = statusFacts(status);
  return link?.state === "COMPLETED" || facts.phase === "paying" || hasMovedMoney(facts);
}

function tooLate({ id }: Payout): Failure {
  const message =
    "The link is paid, or its payment is under way: it cannot be cancelled. Ask Get where the payout is.";
  return new Failure("PAYOUT_STATE", message, { metadata: { payout_id: id } });
}

function withoutCredentials({ id }: Payout): Failure {
  const message =
    "The link was made before credentials were kept with links. Cancel it by Void, which brings them.";
  return new Failure("PAYOUT_STATE", message, { metadata: { payout_id: id } });
}
