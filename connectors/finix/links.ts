import { connectorPayoutIdOf, Refusal, type Reply, type Request } from "../../src/connector/contract.ts";
import { callFinix } from "./client.ts";
import type { FinixContext } from "./credentials.ts";
import { linkBody } from "./link-body.ts";
import { linkReply, statusReply } from "./map.ts";
import { cancelledRecipient, getRecipient, isRecipient } from "./recipients.ts";
import * as shapes from "./shapes.ts";

/** Makes a link to a page of Finix's. */
export async function createLink(
  request: Request<"createLink">,
  context: FinixContext,
): Promise<Reply<"createLink">> {
  const json = linkBody(request, context);
  const link = await callFinix(context, { method: "POST", path: "/payout_links", json }, shapes.newLink);
  return linkReply(link, context);
}

/** The status of a link, or of a recipient. */
export async function get(request: Request<"get">, context: FinixContext): Promise<Reply<"get">> {
  const id = connectorPayoutIdOf(request, context);
  return isRecipient(id) ? getRecipient(id, context) : linkReply(await readLink(id, context), context);
}

/**
 * Deactivates an unclaimed link. A link that is being paid, or may be, stays as it is, and so does one that has ended: a
 * payout that may still arrive must not look cancelled.
 */
export async function cancel(request: Request<"void">, context: FinixContext): Promise<Reply<"void">> {
  const id = connectorPayoutIdOf(request, context);
  if (isRecipient(id)) return cancelledRecipient(id);
  const link = await readLink(id, context);
  if (ended.has(link.state ?? "")) return statusReply(link, context);
  if (link.state !== "ACTIVE") throw notCancelable(link, context);
  const after = await deactivate(id, context);
  if (claimed.has(after.state ?? "")) throw notCancelable(after, context);
  return statusReply(after, context);
}

const ended: ReadonlySet<string> = new Set(["DEACTIVATED", "EXPIRED"]);
const claimed: ReadonlySet<string> = new Set(["AWAITING_PAYOUT", "COMPLETED"]);

function notCancelable(link: shapes.Link, context: FinixContext): Refusal {
  // Logs a warning if the state is unknown.
  statusReply(link, context);
  const code = link.state ?? "";
  const message = `The link is ${code || "in no state"} at Finix. Only an ACTIVE one is closed: its recipient may be being paid, or have been.`;
  return new Refusal({ reason: "NOT_CANCELABLE", status: 409, code, message });
}

function readLink(id: string, context: FinixContext): Promise<shapes.Link> {
  return callFinix(context, { method: "GET", path: linkPath(id) }, shapes.link);
}

/** Closes a link's page, and returns the link as it then is. Doing so again does the same, so it may be repeated. */
export function deactivate(id: string, context: FinixContext): Promise<shapes.Link> {
  const json = { state: "DEACTIVATED" };
  return callFinix(context, { method: "PUT", path: linkPath(id), json, effect: "keyed" }, shapes.link);
}

function linkPath(id: string): string {
  return `/payout_links/${encodeURIComponent(id)}`;
}
