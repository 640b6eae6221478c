import { hasClaimForm } from "../connector/capability.ts";
import { type Connector, PayoutStatus } from "../connector/contract.ts";
import type { LinkRecord } from "../core/payout.ts";
import { Fulfilment, type LinkOptions } from "../gen/sluice/v1/link_pb.ts";

/** Where a link stands, as its recipient sees it. */
export type Standing =
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

/** Operations of a recipient's details. While an attempt of one is open, their outcome is unknown. */
const claiming: readonly string[] = ["transfer", "create", "enrollDisburseAccount"];

/** Where a link stands. */
export function standingOf(
  { payout, openAttempt }: LinkRecord,
  options: LinkOptions,
  nowMs: number,
): Standing {
  const { link } = payout;
  const status = payout.status as PayoutStatus;
  const ended = ends[status];
  if (ended) return ended;
  if (openAttempt && claiming.includes(openAttempt.operation)) return "confirming";
  if (link.state === "CANCELLED") return "cancelled";
  const isOver = link.state === "EXPIRED" || link.expiresAtMs <= nowMs;
  if (status === PayoutStatus.FAILED) return isOver ? "failed" : "failedOpen";
  if (link.state === "EXPIRED") return "expired";
  if (link.state === "ACTIVE" && asking.includes(status)) return isOver ? "expired" : "open";
  if (status === PayoutStatus.REQUIRES_FULFILLMENT)
    return options.fulfilment === Fulfilment.MANUAL ? "waiting" : "received";
  return "pending";
}

const ends: Readonly<Partial<Record<PayoutStatus, Standing>>> = {
  [PayoutStatus.SUCCESS]: "paid",
  [PayoutStatus.REVERSED]: "returned",
  [PayoutStatus.CANCELLED]: "cancelled",
  [PayoutStatus.EXPIRED]: "expired",
  [PayoutStatus.INELIGIBLE]: "failed",
  [PayoutStatus.NOT_PERMITTED]: "failed",
};

/** Statuses in which the recipient is asked for something. */
const asking: readonly PayoutStatus[] = [
  PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA,
  PayoutStatus.REQUIRES_VENDOR_ACCOUNT_CREATION,
  PayoutStatus.REQUIRES_CREATION,
  PayoutStatus.REQUIRES_CONFIRMATION,
];
