import { equals } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Failure } from "../core/failure.ts";
import { linkStateAt } from "../core/link-state.ts";
import type { Operation } from "../core/operations.ts";
import type { Payout } from "../core/payout.ts";
import { payoutStatus, statusFacts } from "../core/status.ts";
import { PayoutLinkSchema } from "../gen/sluice/v1/link_pb.ts";
import type { PayoutUpdate } from "../ledger/ledger.ts";
import { changesNothing } from "../ledger/transactions/payout-change.ts";
import type { Keys } from "../security/keys.ts";
import type { Dependencies } from "./dependencies.ts";
import { readProviderLink, sealProviderLink, withProviderLink } from "./payout-link.ts";
import type { PayoutReply } from "./provider/provider-result.ts";

/** What a reply says of its payout, for the store. */
export function updateFrom(operation: Operation, reply: PayoutReply): PayoutUpdate {
  const { payoutStatus: status = 0, connectorPayoutId, payoutLink, error } = reply;
  const { phase, linkState: byStatus } = statusFacts(status);
  const linkState = operation === "createLink" ? error && "CANCELLED" : byStatus;
  const reason = error?.unifiedDetails?.code;
  const wentWrong = status === payoutStatus.FAILED || phase === "returned";
  return {
    ...(status && { status }),
    ...(connectorPayoutId && { connectorPayoutId }),
    ...(linkState && { linkState }),
    ...(payoutLink?.expireTime && { linkExpiresAtMs: timestampMs(payoutLink.expireTime) }),
    ...(wentWrong && reason && { reason }),
  };
}

/**
 * What a provider says of a link whose page is its own, where it has not said so before: sealed anew at every look, it would
 * make each of them a change. What a reply leaves out stays as it was said before. A link that asks its recipient again,
 * since a payment failed, is as open as it was before they claimed it.
 */
export function providerLinkUpdate(
  keys: Keys,
  { id, link }: Pick<Payout, "id" | "link">,
  { payoutLink, payoutStatus: status }: PayoutReply,
): Pick<PayoutUpdate, "linkHosted" | "linkState"> {
  const before = readProviderLink({ keys }, { id, link });
  const asksAgain = status === payoutStatus.REQUIRES_PAYOUT_METHOD_DATA && link?.state === "CLAIMED";
  const reopened = before && asksAgain ? { linkState: "ACTIVE" as const } : {};
  // Without a URL it is not about a page of the provider's.
  if (!payoutLink || !(payoutLink.url || before)) return reopened;
  const after = before
    ? withProviderLink(before, { ...payoutLink, expireTime: payoutLink.expireTime ?? before.expireTime })
    : payoutLink;
  if (before && equals(PayoutLinkSchema, before, after)) return reopened;
  return { ...reopened, linkHosted: sealProviderLink({ keys }, id, after) };
}

type Store = Pick<Dependencies, "ledger" | "now">;

/**
 * Applies what was learnt of a payout as it was then; what has changed meanwhile is newer, and what was begun in time says
 * itself how it ends. Writes nothing where that is nothing new: a newer version of the payout would not take it either.
 * Returns the payout as it stands, or as it was seen where nothing is new.
 */
export async function applyUpdate(
  deps: Pick<Store, "ledger">,
  seen: Payout,
  update: PayoutUpdate,
): Promise<Payout> {
  if (isOfClaimRoundBefore(seen, update.status) || changesNothing(seen, update)) return seen;
  return deps.ledger.applyUpdate(seen.id, update, seen.version);
}

/** Whether a failure is the one after which the recipient was asked again: no payment has followed it yet. */
function isOfClaimRoundBefore({ link, status }: Payout, reported: number | undefined): boolean {
  const isFailure = reported === payoutStatus.FAILED || reported === payoutStatus.REVERSED;
  const isLater = link !== undefined && link.claimRound > 1;
  return isFailure && isLater && statusFacts(status).mayPay === true;
}

/** Writes down that a payout's link has run out, where it has. Returns the payout as it stands. */
export async function expire(deps: Store, payout: Payout): Promise<Payout> {
  const hasRunOut = linkStateAt(payout, deps.now()) === "EXPIRED" && payout.link?.state !== "EXPIRED";
  if (!hasRunOut) return payout;
  // A payment that failed stays failed, and the recipient is not asked any more.
  const isUnclaimed = statusFacts(payout.status).phase === "asking";
  const status = isUnclaimed ? { status: payoutStatus.EXPIRED } : {};
  return applyUpdate(deps, payout, { ...status, linkState: "EXPIRED" });
}

/** Whether a link can still lead to a payment. */
export function isOpen({ link }: Payout): boolean {
  return link?.state === "ACTIVE" || link?.state === "CLAIMED";
}

/**
 * A payout as it stands now, with its link expired where its time is over.
 *
 * @throws Failure PAYOUT_NOT_FOUND where it is gone.
 */
export async function readAgain(deps: Store, { scope, id }: Pick<Payout, "scope" | "id">): Promise<Payout> {
  const payout = await deps.ledger.findPayout(scope, { id });
  if (payout) return expire(deps, payout);
  throw new Failure(
    "PAYOUT_NOT_FOUND",
    "There is no such link of this merchant. Check the id and x-merchant-id.",
  );
}
