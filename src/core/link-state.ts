import type { Payout } from "./payout.ts";
import {
  type LinkState,
  payoutStatus,
  type StatusFacts,
  type StoredLinkState,
  statusesWhere,
} from "./status.ts";

/** When a link shows another state than the stored one. Every condition that is set must hold. */
export interface LinkRule {
  /** Numbers of payout statuses. */
  readonly statuses: readonly number[];
  readonly stored?: readonly StoredLinkState[];
  /** Whether the link's page is the provider's own. */
  readonly isHosted?: true;
  /** The link's time is over. Of one whose page is the provider's only the provider knows. */
  readonly isOver?: true;
  readonly state: LinkState;
}

const inPhase = (...phases: readonly StatusFacts["phase"][]) =>
  statusesWhere(({ phase }) => phases.includes(phase));
const { FAILED, CANCELLED, EXPIRED } = payoutStatus;

/** The first rule that holds decides; without one, the stored state does. SQL that filters by state is built from these rows. */
export const linkRules: readonly LinkRule[] = [
  // How the payout ended is how its link did, however that was written down.
  { statuses: inPhase("paid"), state: "COMPLETED" },
  { statuses: inPhase("returned"), state: "RETURNED" },
  { statuses: [CANCELLED], state: "CANCELLED" },
  { statuses: [EXPIRED], state: "EXPIRED" },
  // Paid, and the provider said later that it failed after all.
  { statuses: [FAILED], stored: ["COMPLETED"], state: "RETURNED" },
  // No recipient used it in time, or gave other details in time after a payment failed.
  { statuses: inPhase("asking", "unknown", "failed"), stored: ["ACTIVE"], isOver: true, state: "EXPIRED" },
  { statuses: [FAILED], stored: ["CLAIMED"], isOver: true, state: "EXPIRED" },
  // A link that waits for its recipient is one that they can really use: not where this account cannot be paid, or where only
  // the provider could ask again.
  {
    statuses: inPhase("failed").filter((status) => status !== FAILED),
    stored: ["ACTIVE"],
    state: "CLAIMED",
  },
  { statuses: [FAILED], stored: ["ACTIVE"], isHosted: true, state: "CLAIMED" },
];

/**
 * The state of a payout's link at a time, in milliseconds since 1970; undefined where there is no link. The one place that says
 * whether a link has run out: API, pages, lists and payments follow it.
 *
 * @example linkStateAt(payout, Date.now()) // "EXPIRED": no recipient used it before its time was over
 */
export function linkStateAt(
  { link, status }: Pick<Payout, "link" | "status">,
  nowMs: number,
): LinkState | undefined {
  if (!link) return undefined;
  const isHosted = link.hosted !== undefined;
  const isOver = !isHosted && link.expiresAtMs <= nowMs;
  const rule = linkRules.find(
    (each) =>
      each.statuses.includes(status) &&
      (!each.stored || each.stored.includes(link.state)) &&
      (!each.isHosted || isHosted) &&
      (!each.isOver || isOver),
  );
  return rule?.state ?? link.state;
}

/** States from which a link asks for nothing more: its credentials are erased when it comes to one. */
export const endStates: ReadonlySet<LinkState> = new Set<LinkState>([
  "COMPLETED",
  "RETURNED",
  "EXPIRED",
  "CANCELLED",
]);

/** How a payout's link has ended; undefined while it has not, and where there is no link. */
export function linkEndAt(payout: Pick<Payout, "link" | "status">, nowMs: number): LinkState | undefined {
  const state = linkStateAt(payout, nowMs);
  return state && endStates.has(state) ? state : undefined;
}

/** Whether the recipient may be asked for other details after a payment failed. */
export function mayAskAgain(payout: Pick<Payout, "link" | "status">, nowMs: number): boolean {
  const isFailed = payout.status === FAILED && payout.link !== undefined && payout.link.hosted === undefined;
  return isFailed && linkEndAt(payout, nowMs) === undefined;
}
