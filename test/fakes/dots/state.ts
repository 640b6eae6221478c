import { randomUUID } from "node:crypto";
import type { LinkBody } from "./link-body.ts";
import { Refused } from "./refusal.ts";

/** The status of a link. */
export type LinkStatus =
  | "created"
  | "delivery_pending"
  | "delivery_failed"
  | "sent"
  | "delivered"
  | "claimed"
  | "reversed"
  | "canceled"
  | "expired";

/** A link as the fake keeps it. */
export interface Link {
  readonly id: string;
  /** What its URL ends with. */
  readonly token: string;
  readonly flowId: string;
  readonly createdAtMs: number;
  readonly body: LinkBody;
  status: LinkStatus;
  claimedUserId: string | null;
}

/** Money that moves into a user's wallet (`balance`) or out of it (`payout`). */
export interface Transfer {
  readonly id: string;
  readonly createdAtMs: number;
  readonly userId: string;
  readonly linkId: string;
  readonly type: "balance" | "payout";
  readonly amount: number;
  status: TransferStatus;
}

/** The status of a transfer. */
export type TransferStatus =
  | "created"
  | "pending"
  | "failed"
  | "completed"
  | "reversed"
  | "canceled"
  | "flagged";

/** Everything that the fake knows. */
export interface State {
  /** Oldest first. */
  readonly links: Map<string, Link>;
  /** Oldest first. */
  readonly transfers: Transfer[];
  /** Users that a link may name. */
  readonly users: Set<string>;
  nowMs(): number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const claimable: ReadonlySet<LinkStatus> = new Set([
  "created",
  "delivery_pending",
  "delivery_failed",
  "sent",
  "delivered",
]);

/** Whether a recipient can claim a link. */
export function isLive({ status }: Link): boolean {
  return claimable.has(status);
}

/** A link: the one that was made under the same key within a day, whatever the body, or else a new one. */
export function makeLink(state: State, body: LinkBody): Link {
  const { idempotency_key: key, user_id: userId } = body;
  const earlier = [...state.links.values()].find(
    (link) => key && link.body.idempotency_key === key && state.nowMs() - link.createdAtMs < DAY_MS,
  );
  if (earlier) return earlier;
  if (userId && !state.users.has(userId)) throw new Refused(404, "", "There is no such user.");
  const link: Link = {
    id: randomUUID(),
    token: randomUUID().replaceAll("-", ""),
    flowId: randomUUID(),
    createdAtMs: state.nowMs(),
    body,
    status: body.delivery.method === "link" ? "created" : "delivery_pending",
    claimedUserId: null,
  };
  state.links.set(link.id, link);
  return link;
}

/** Cancels a link. @throws Refused where it is over. */
export function cancelLink(link: Link): void {
  if (!isLive(link))
    throw new Refused(400, "invalid-transaction", `The transaction is invalid: the link is ${link.status}.`);
  link.status = "canceled";
}

/** The recipient takes the money into their wallet, and from there to their account; again, where that failed. */
export function claimLink(state: State, link: Link): void {
  if (isLive(link)) {
    link.status = "claimed";
    link.claimedUserId = link.body.user_id ?? randomUUID();
    state.users.add(link.claimedUserId);
    addTransfer(state, link, "balance", "completed");
  } else if (link.status !== "claimed" || newestPayment(state, link)?.status !== "failed") {
    throw new RangeError(`link ${link.id} cannot be claimed: it is ${link.status}`);
  }
  addTransfer(state, link, "payout", "pending");
}

/** The newest payment out of the wallet. */
export function newestPayment(state: State, { id }: Link): Transfer | undefined {
  return state.transfers.findLast(({ linkId, type }) => linkId === id && type === "payout");
}

function addTransfer(state: State, link: Link, type: Transfer["type"], status: TransferStatus): void {
  state.transfers.push({
    id: randomUUID(),
    // A millisecond apart, so that their order shows.
    createdAtMs: state.nowMs() + state.transfers.length,
    userId: link.claimedUserId ?? "",
    linkId: link.id,
    type,
    amount: link.body.amount,
    status,
  });
}
