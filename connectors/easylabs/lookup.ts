import { Failure, Refusal, type Reply, readReply } from "../../src/connector/contract.ts";
import type { EasyLabsContext } from "./credentials.ts";
import { madeReply } from "./links.ts";
import { isOurs, referenceOf } from "./reference.ts";
import * as shapes from "./shapes.ts";

/**
 * Finds the link that an earlier, unanswered try made. Undefined where it made none, and nothing that was sent can still
 * be under way.
 *
 * @throws Failure OUTCOME_UNKNOWN where the list leaves that open.
 */
export async function findLink(context: EasyLabsContext): Promise<Reply<"createLink"> | undefined> {
  const found = await search(context);
  if (found.length > 1) context.warn("more than one link was made for one payout");
  // Of several, the one that somebody has claimed is where the money goes.
  const link = found.find(({ status }) => status !== "pending") ?? found[0];
  if (!link) {
    const retryAfterMs = waitMs(context);
    if (retryAfterMs > 0) throw tooEarly(retryAfterMs);
    return undefined;
  }
  const { token, url } = link;
  if (!token || !url) throw inconclusive(context, "lists the link without its URL");
  return madeReply({ ...link, token, url }, context);
}

const PAGE_LENGTH = 100;
/** More are not read: a call has only so much time. */
const MAX_PAGES = 50;

/** This attempt's links on the first page that has any. */
async function search(context: EasyLabsContext): Promise<readonly shapes.ListedLink[]> {
  let offset = 0;
  let first: string | undefined;
  for (let number = 0; number < MAX_PAGES; number++) {
    const rows = await readPage(context, offset);
    // A short page may be all that Easy Labs gives at once: only an empty one is the end.
    if (rows.length === 0) return [];
    const ours = rows.filter(({ description }) => isOurs(description, context));
    if (ours.length > 0) return ours;
    if (rows.some(({ description }) => description === undefined))
      throw inconclusive(context, "lists links without their descriptions");
    if (number > 0 && rows[0]?.token === first)
      throw inconclusive(context, "gives the same page of its list again");
    first = rows[0]?.token ?? undefined;
    offset += rows.length;
  }
  throw inconclusive(context, `lists more than ${offset} links`);
}

async function readPage(context: EasyLabsContext, offset: number): Promise<readonly shapes.ListedLink[]> {
  try {
    const query = { limit: PAGE_LENGTH, offset };
    const reply = await context.http.send({ method: "GET", path: "/treasury/payout-links", query });
    return readReply(reply, shapes.page).data;
  } catch (error) {
    const isAboutTheKey = error instanceof Refusal && (error.status === 401 || error.status === 403);
    if (!(error instanceof Refusal) || isAboutTheKey) throw error;
    throw inconclusive(context, `answered ${error.status} when asked for its list`);
  }
}

/** How long something that was sent may take to show in the list, in milliseconds. Easy Labs does not say. */
const PERIOD_MS = 2 * 60 * 1000;

/**
 * How long to wait until nothing that was sent can make a link any more, in milliseconds; 0 where that is so. Time since the
 * first try is divided into periods, and only the first try of every second one may send again: however often somebody
 * tries, what was sent before has then had most of a period to show.
 */
function waitMs({ startedAtMs, lastTriedAtMs = startedAtMs, now }: EasyLabsContext): number {
  const period = Math.max(0, Math.floor((now() - startedAtMs) / PERIOD_MS));
  const isForSending = period % 2 === 1;
  if (isForSending && lastTriedAtMs < startedAtMs + period * PERIOD_MS) return 0;
  return startedAtMs + (period + (isForSending ? 2 : 1)) * PERIOD_MS - now();
}

function tooEarly(retryAfterMs: number): Failure {
  const message = `Easy Labs has no link of this payout, but one that was asked for may still come. Repeat the call in ${Math.ceil(retryAfterMs / 1000)} seconds.`;
  return new Failure("OUTCOME_UNKNOWN", message, { retryAfterMs });
}

function inconclusive(context: EasyLabsContext, what: string): Failure {
  const message = `Easy Labs ${what}, so nobody can say whether it has made a link of this payout. Look in its dashboard for one whose description begins with "${referenceOf(context)}".`;
  return new Failure("OUTCOME_UNKNOWN", message);
}
