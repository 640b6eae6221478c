import type { Payout, PayoutChange } from "./ledger.ts";
import { mayFollow, type StatusSource } from "./status.ts";

/** The payout after a change, or undefined where the change brings nothing new. */
export function changed(
  before: Payout,
  change: PayoutChange,
  source: StatusSource,
  nowMs: number,
): Payout | undefined {
  const status = change.status || before.status;
  const isInTime = status === before.status || mayFollow(before.status, status, source);
  const linkState = change.linkState ?? before.link?.state;
  // News that comes too late says nothing about what came after it, but may be the first to name the provider's id.
  const facts = isInTime
    ? {
        status,
        connectorPayoutId: change.connectorPayoutId ?? before.connectorPayoutId,
        link: before.link && linkState && { ...before.link, state: linkState },
      }
    : {
        status: before.status,
        connectorPayoutId: before.connectorPayoutId ?? change.connectorPayoutId,
        link: before.link,
      };
  const isNew =
    facts.status !== before.status ||
    facts.connectorPayoutId !== before.connectorPayoutId ||
    facts.link?.state !== before.link?.state;
  return isNew ? { ...before, ...facts, updatedAtMs: nowMs, version: before.version + 1 } : undefined;
}
