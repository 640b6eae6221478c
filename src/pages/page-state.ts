import { hasClaimForm } from "../connector/capability.ts";
import type { Connector } from "../connector/contract.ts";
import { linkStateAt, mayAskAgain } from "../core/link-state.ts";
import { operationFacts } from "../core/operations.ts";
import type { LinkRecord } from "../core/payout.ts";
import { type Phase, payoutStatus, statusFacts } from "../core/status.ts";
import { Fulfilment, type LinkOptions } from "../gen/sluice/v1/link_pb.ts";

/** Where a link stands, as its recipient sees it. */
export type PageState =
  /** Details can be given. */
  | "open"
  /** A payment failed, and other details can be given. */
  | "failedOpen"
  /** Details were sent, and nobody knows yet what became of them. */
  | "confirming"
  | "received"
  /** The sender pays when they choose. */
  | "waiting"
  | "pending"
  | "paid"
  | "returned"
  | "failed"
  | "expired"
  | "cancelled";

/** Whether the recipient gives details on a page of the provider's, on ours, or nowhere. */
export type Flow = "provider" | "form" | "none";

/** How recipients give their details with a connector. */
export function flowOf(connector: Connector): Flow {
  if (connector.openLink) return "provider";
  return hasClaimForm(connector) ? "form" : "none";
}

/** Where a link stands. What the status alone decides is in its row of `statuses`. */
export function pageStateOf(
  { payout, openAttempt }: LinkRecord,
  options: LinkOptions,
  nowMs: number,
): PageState {
  const { phase, pageState } = statusFacts(payout.status);
  const isFailed = payout.status === payoutStatus.FAILED;
  if (endPhases.has(phase) && !isFailed) return pageState;
  if (openAttempt && operationFacts(openAttempt.operation).sendsDetails) return "confirming";
  const state = linkStateAt(payout, nowMs);
  if (state === "CANCELLED") return "cancelled";
  if (state === "RETURNED") return "returned";
  if (isFailed) return mayAskAgain(payout, nowMs) ? "failedOpen" : "failed";
  if (state === "EXPIRED") return "expired";
  if (phase === "ready") return options.fulfilment === Fulfilment.MANUAL ? "waiting" : pageState;
  return pageState === "open" && state !== "ACTIVE" ? "pending" : pageState;
}

/** Phases in which a status says everything, whatever has become of the link. */
const endPhases: ReadonlySet<Phase> = new Set<Phase>(["paid", "returned", "failed", "closed"]);
