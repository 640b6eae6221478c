import { PayoutStatus, type Reply, type Request } from "../../src/connector/contract.ts";
import { callFinix } from "./client.ts";
import type { FinixContext } from "./credentials.ts";
import { identityBody } from "./identity-body.ts";
import * as shapes from "./shapes.ts";

/** Registers a recipient: an identity with the role RECIPIENT. */
export async function createRecipient(
  request: Request<"createRecipient">,
  context: FinixContext,
): Promise<Reply<"createRecipient">> {
  const json = identityBody(request, context);
  const { id } = await callFinix(context, { method: "POST", path: "/identities", json }, shapes.identity);
  return recipientReply(id);
}

/** Whether an id is a recipient's: those of links begin with `payout_link_`. */
export function isRecipient(id: string): boolean {
  return id.startsWith("ID");
}

/** Says that a recipient exists. Identities have no state of their own. */
export async function getRecipient(id: string, context: FinixContext): Promise<Reply<"get">> {
  const path = `/identities/${encodeURIComponent(id)}`;
  const identity = await callFinix(context, { method: "GET", path }, shapes.identity);
  return recipientReply(identity.id);
}

/** What Void answers for a recipient: nothing is under way that could be cancelled, and identities cannot be removed. */
export function cancelledRecipient(id: string): Reply<"void"> {
  return { connectorPayoutId: id, payoutStatus: PayoutStatus.CANCELLED };
}

/** Where a recipient is: one can be paid only when an account or card has been added. */
export function recipientReply(id: string) {
  return { connectorPayoutId: id, payoutStatus: PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA };
}
