import { payoutStatus } from "../core/status.ts";
import type { LinkState, Payout } from "./ledger.ts";

/** States from which a link asks for nothing more: its credentials are erased when it comes to one. */
export const endStates: ReadonlySet<LinkState> = new Set<LinkState>(["COMPLETED", "EXPIRED", "CANCELLED"]);

/**
 * Where the link of a payout stands now: one that nobody used before its time was over has expired, written down or not. Of
 * one whose page is the provider's only the provider knows.
 */
export function linkStateNow(
  { link, status }: Pick<Payout, "link" | "status">,
  nowMs: number,
): LinkState | undefined {
  const isUnused = link?.state === "ACTIVE" && status === payoutStatus.REQUIRES_PAYOUT_METHOD_DATA;
  return isUnused && !link.hosted && link.expiresAtMs <= nowMs ? "EXPIRED" : link?.state;
}
