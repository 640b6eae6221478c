import {
  Failure,
  type LinkProgress,
  linkProgress,
  Refusal,
  type Reply,
  type Request,
  readReply,
  resendWaitMs,
} from "../../src/connector/contract.ts";
import type { EasyLabsContext } from "./credentials.ts";
import { madeReply } from "./links.ts";
import { isOurs, referenceOf } from "./reference.ts";
import * as shapes from "./shapes.ts";

/**
 * Finds the link that an earlier, unanswered try created. Undefined if it created none, and no request can still be in
 * progress.
 *
 * @throws Failure OUTCOME_UNKNOWN if the list is inconclusive, PAYOUT_NEEDS_REVIEW if the link has another amount.
 */
export async function findLink(
  { amount }: Request<"createLink">,
  context: EasyLabsContext,
): Promise<Reply<"createLink"> | undefined> {
  const found = await search(context);
  if (found.length === 0) {
    const retryAfterMs = resendWaitMs(context, EFFECT_MS);
    if (retryAfterMs > 0) throw tooEarly(retryAfterMs);
    return undefined;
  }
  // Whether the list shows amounts is not documented.
  const fitting = found.filter(
    (each) => each.amount === undefined || BigInt(each.amount) === amount?.minorAmount,
  );
  if (found.length > 1) context.warn("more than one link was made for one payout");
  const [link] = fitting.toSorted(
    (a, b) => linkProgress(progress, b.status) - linkProgress(progress, a.status),
  );
  if (!link) throw otherAmount(context);
  const { token, url } = link;
  if (!token || !url) throw inconclusive(context, "lists the link without its URL");
  return madeReply({ ...link, token, url }, context);
}

const progress: LinkProgress = {
  order: ["cancelled", "expired", "pending", "claimed", "completed"],
  waiting: "pending",
};

const PAGE_LENGTH = 100;
/** More are not read, to stay within the call's deadline. */
const MAX_PAGES = 50;

/** This attempt's links, as far as the list can be read. */
async function search(context: EasyLabsContext): Promise<readonly shapes.ListedLink[]> {
  const found: shapes.ListedLink[] = [];
  try {
    for await (const rows of pages(context)) {
      found.push(...rows.filter(({ description }) => isOurs(description, context)));
      // One try sends one request, which makes one link at most.
      if (found.length > 0 && context.attempt === 2) break;
      if (found.length === 0 && rows.some(({ description }) => description === undefined))
        throw inconclusive(context, "lists links without their descriptions");
    }
  } catch (error) {
    // A link that was found is the result, even if the rest of the list is inconclusive. Other failures are passed on.
    const isOpen = error instanceof Failure && error.reason === "OUTCOME_UNKNOWN";
    if (found.length === 0 || !isOpen) throw error;
  }
  return found;
}

/** The list, page by page to its end. A short page may be all that Easy Labs gives at once: only an empty one is the end. */
async function* pages(context: EasyLabsContext): AsyncGenerator<readonly shapes.ListedLink[]> {
  let offset = 0;
  let first: string | null | undefined;
  for (let number = 0; number < MAX_PAGES; number++) {
    const rows = await readPage(context, offset);
    if (rows.length === 0) return;
    if (number > 0 && rows[0]?.token === first)
      throw inconclusive(context, "gives the same page of its list again");
    first = rows[0]?.token;
    offset += rows.length;
    yield rows;
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

/** The longest that a link may take to show in the list, in milliseconds. Easy Labs does not document it. */
const EFFECT_MS = 2 * 60 * 1000;

function tooEarly(retryAfterMs: number): Failure {
  const message = `Easy Labs has no link of this payout, but a request for one may still be in progress. Repeat the call in ${Math.ceil(retryAfterMs / 1000)} seconds.`;
  return new Failure("OUTCOME_UNKNOWN", message, { retryAfterMs });
}

function inconclusive(context: EasyLabsContext, finding: string): Failure {
  const message = `Easy Labs ${finding}, so whether it has made a link of this payout is unknown. Look in its dashboard for one whose description begins with "${referenceOf(context)}".`;
  return new Failure("OUTCOME_UNKNOWN", message);
}

function otherAmount(context: EasyLabsContext): Failure {
  const message = `Easy Labs has a link of this payout, for another amount. Look in its dashboard for one whose description begins with "${referenceOf(context)}" before paying again under a new merchant_payout_id.`;
  return new Failure("PAYOUT_NEEDS_REVIEW", message);
}
