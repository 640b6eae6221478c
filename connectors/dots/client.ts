import { readReply } from "../../src/connector/contract.ts";
import type { DotsContext } from "./credentials.ts";
import * as shapes from "./shapes.ts";

/** A link by its id. */
export async function readLink(id: string, { http }: DotsContext): Promise<shapes.Link> {
  return readReply(await http.send({ method: "GET", path: linkPath(id) }), shapes.link);
}

/** The path of a link. */
export function linkPath(id: string): string {
  return `/v2/payout-links/${encodeURIComponent(id)}`;
}

/**
 * The payment by which the recipient of a claimed link took the money out of their Dots wallet: the one that is completed,
 * or else the newest. Undefined as long as no payment names the link.
 */
export async function paymentOf(
  linkId: string,
  userId: string | undefined,
  context: DotsContext,
): Promise<shapes.Transfer | undefined> {
  if (!userId) return undefined;
  const transfers = await transfersOf(userId, context);
  const own = transfers.filter((each) => each.type === "payout" && each.payout_link_id === linkId);
  const newestFirst = own.toSorted((one, other) => (other.created ?? "").localeCompare(one.created ?? ""));
  return newestFirst.find(({ status }) => status === "completed") ?? newestFirst[0];
}

async function transfersOf(userId: string, { http }: DotsContext): Promise<readonly shapes.Transfer[]> {
  const found: shapes.Transfer[] = [];
  for (let page = 1; page <= MAX_PAGES; page++) {
    const reply = await http.send({
      method: "GET",
      path: "/v2/transfers",
      query: { user_id: userId, limit: PAGE_SIZE, starting_after: found.at(-1)?.id },
    });
    const { data, has_more } = readReply(reply, shapes.transfers);
    found.push(...data);
    if (!has_more || data.length === 0) break;
  }
  return found;
}

const PAGE_SIZE = 100;
/** A link whose payment is further back than this stays PENDING. */
const MAX_PAGES = 10;
