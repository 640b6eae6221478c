import { missingField, Refusal, type Reply, type Request } from "../../src/connector/contract.ts";
import { callFinix } from "./client.ts";
import type { FinixContext } from "./credentials.ts";
import { linkBody } from "./link-body.ts";
import { linkReply, standing } from "./link-reply.ts";
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

/** Says where a link is, or that a recipient exists. */
export async function get(request: Request<"get">, context: FinixContext): Promise<Reply<"get">> {
  const id = idOf(request, context);
  return isRecipient(id) ? getRecipient(id, context) : linkReply(await readLink(id, context), context);
}

/**
 * Deactivates a link that nobody has claimed. A link that is being paid, or may be, is left alone, and so is one that has
 * ended: a payout must not look cancelled that may still arrive.
 */
export async function cancel(request: Request<"void">, context: FinixContext): Promise<Reply<"void">> {
  const id = idOf(request, context);
  if (isRecipient(id)) return cancelledRecipient(id);
  const link = await readLink(id, context);
  if (ended.has(link.state ?? "")) return standing(link, context);
  if (link.state !== "ACTIVE") throw notCancelable(link, context);
  const after = await deactivate(id, context);
  if (claimed.has(after.state ?? "")) throw notCancelable(after, context);
  return standing(after, context);
}

const ended: ReadonlySet<string> = new Set(["DEACTIVATED", "EXPIRED"]);
const claimed: ReadonlySet<string> = new Set(["AWAITING_PAYOUT", "COMPLETED"]);

function notCancelable(link: shapes.Link, context: FinixContext): Refusal {
  // Warns of a state that nobody knows.
  standing(link, context);
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

function idOf(request: Request<"get" | "void">, { payout }: FinixContext): string {
  const id = request.connectorPayoutId || payout?.connectorPayoutId;
  if (!id) throw missingField("connector_payout_id", "Write the id that CreateLink answered.");
  return id;
}
