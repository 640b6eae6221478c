import type { Link, Payout } from "../../core/payout.ts";
import { mayFollow, type StatusSource } from "../../core/status.ts";
import type { PayoutUpdate } from "../ledger.ts";

/** A payout after news of it. */
export interface ChangedPayout {
  /** The payout itself where the news brought nothing new. */
  readonly payout: Payout;
  /** Ids of the provider's that the news named or replaced, and that are not the current one. */
  readonly formerIds: readonly string[];
  /** What the news says of the payment, unless it came too late. */
  readonly payment: {
    readonly reason?: string | undefined;
    readonly connectorPayoutId?: string | undefined;
  };
}

/** A payout after a change. */
export function changed(
  before: Payout,
  change: PayoutUpdate,
  source: StatusSource,
  nowMs: number,
): ChangedPayout {
  const status = change.status || before.status;
  const isInTime = status === before.status || mayFollow(before.status, status, source);
  const facts = {
    ...(isInTime ? inTime(before, change, source, nowMs) : tooLate(before, change)),
    ...blanks(before, change),
  };
  const isNew = Object.entries(facts).some(([name, value]) => before[name as keyof typeof facts] !== value);
  const payout = isNew ? { ...before, ...facts, updatedAtMs: nowMs, version: before.version + 1 } : before;
  const ids = [before.connectorPayoutId, change.connectorPayoutId];
  return {
    payout,
    formerIds: ids.filter((id) => id !== undefined && id !== payout.connectorPayoutId) as string[],
    payment: isInTime ? { reason: change.reason, connectorPayoutId: change.connectorPayoutId } : {},
  };
}

/** Whether an update says nothing that the store does not have: applied to this version of the payout, it would write nothing. */
export function changesNothing(before: Payout, update: PayoutUpdate): boolean {
  const { payout, formerIds, payment } = changed(before, update, "update", before.updatedAtMs);
  return payout === before && formerIds.length === 0 && payment.reason === undefined;
}

function inTime(before: Payout, change: PayoutUpdate, source: StatusSource, nowMs: number) {
  return {
    status: change.status || before.status,
    connectorPayoutId: change.connectorPayoutId ?? before.connectorPayoutId,
    link: linkAfter(before, change, source, nowMs),
  };
}

// News that comes too late says nothing about what came after it, but may be the first to name the provider's id.
function tooLate(before: Payout, change: PayoutUpdate) {
  return { connectorPayoutId: before.connectorPayoutId ?? change.connectorPayoutId };
}

function blanks(before: Payout, change: PayoutUpdate) {
  return {
    amountMinor: before.amountMinor ?? change.amountMinor,
    currency: before.currency ?? change.currency,
    destinationCurrency: before.destinationCurrency ?? change.destinationCurrency,
  };
}

/** The link itself where nothing of it changes. */
function linkAfter(
  { link }: Payout,
  change: PayoutUpdate,
  source: StatusSource,
  nowMs: number,
): Payout["link"] {
  if (!link) return undefined;
  const facts = {
    state: change.linkState ?? link.state,
    expiresAtMs: change.linkExpiresAtMs ?? link.expiresAtMs,
    claimRound: source === "newClaimRound" ? link.claimRound + 1 : link.claimRound,
    hosted: change.linkHosted ?? link.hosted,
  };
  const isNew = Object.entries(facts).some(([name, value]) => link[name as keyof typeof facts] !== value);
  return isNew ? { ...link, ...facts, ...timesAfter(link, facts.state, nowMs) } : link;
}

function timesAfter(link: Link, state: Link["state"], nowMs: number): Partial<Link> {
  if (state === link.state) return {};
  if (state === "CLAIMED") return { claimedAtMs: nowMs };
  if (state === "ACTIVE") return { completedAtMs: undefined };
  if (state !== "COMPLETED") return {};
  // Paid as soon as the details were in.
  const claimedAtMs = link.state === "ACTIVE" ? nowMs : (link.claimedAtMs ?? nowMs);
  return { claimedAtMs, completedAtMs: nowMs };
}
