import {
  Failure,
  type LinkProgress,
  linkProgress,
  type Operation,
  Refusal,
  type Reply,
  type Request,
  resendWaitMs,
} from "../../src/connector/contract.ts";
import type { FinixContext } from "./credentials.ts";
import { readAmount } from "./link-body.ts";
import { deactivate } from "./links.ts";
import { linkReply, statusReply } from "./map.ts";
import { recipientReply } from "./recipients.ts";
import * as shapes from "./shapes.ts";
import { findTagged } from "./tagged-search.ts";

/**
 * The result of an earlier, unanswered send; undefined if it certainly has none.
 *
 * @throws Failure OUTCOME_UNKNOWN if the request may still be in progress, or Finix's lists do not go back far enough.
 */
export async function findEarlierSend(
  operation: Operation,
  request: Request<Operation>,
  context: FinixContext,
): Promise<Reply<Operation> | undefined> {
  if (operation === "createLink") return findLink(request as Request<"createLink">, context);
  if (operation === "createRecipient") return findRecipient(context);
  // Void reads the state of a link by itself before it sends anything.
  return undefined;
}

async function findLink(
  request: Request<"createLink">,
  context: FinixContext,
): Promise<Reply<"createLink"> | undefined> {
  const found = await findTagged(context, { path: "/payout_links", name: "payout_links", item: shapes.link });
  if (found.length === 0) return foundNothing(context);
  const amount = readAmount(request);
  const fitting = found.filter(
    ({ amount_details: of }) => of?.total_amount === amount.total_amount && of.currency === amount.currency,
  );
  if (fitting.length < found.length)
    context.warn("a link at Finix has the tag of a payout of another amount: compare with its dashboard");
  const [kept, ...others] = fitting.toSorted(byProgress);
  if (!kept) throw otherAmount(found.length);
  for (const other of others) await closeSecond(other, context);
  if (!kept.link_url) throw unknown("finix shows no URL for the link that was made.");
  return linkReply(kept, context);
}

async function findRecipient(context: FinixContext): Promise<Reply<"createRecipient"> | undefined> {
  const found = await findTagged(context, { path: "/identities", name: "identities", item: shapes.identity });
  const [oldest] = found.toSorted(byAge);
  return oldest ? recipientReply(oldest.id) : foundNothing(context);
}

/** Finix processes a request for five minutes at most, and a minute is for its way there. In milliseconds. */
const EFFECT_MS = 6 * 60 * 1000;

/** An empty result is conclusive only once no request can be in progress any more. */
function foundNothing(context: FinixContext): undefined {
  const waitMs = resendWaitMs(context, EFFECT_MS);
  if (waitMs === 0) return undefined;
  throw unknown(
    `finix has not executed the request, and it may still be in progress. Repeat the call in ${Math.ceil(waitMs / 1000)} seconds with the same merchant_payout_id or idempotency-key.`,
    waitMs,
  );
}

/** The link that has come furthest first, so that one that pays is never closed; of equals the oldest. */
function byProgress(one: shapes.Link, other: shapes.Link): number {
  return linkProgress(progress, other.state) - linkProgress(progress, one.state) || byAge(one, other);
}

const progress: LinkProgress = {
  order: ["DEACTIVATED", "EXPIRED", "ACTIVE", "AWAITING_PAYOUT", "COMPLETED"],
  waiting: "ACTIVE",
};

function byAge(one: shapes.Tagged, other: shapes.Tagged): number {
  const [a, b] = [one.created_at ?? "", other.created_at ?? ""];
  return a === b ? one.id.localeCompare(other.id) : a < b ? -1 : 1;
}

/** Closes a second link of the same attempt. Until it is certainly closed, the attempt has no outcome. */
async function closeSecond(link: shapes.Link, context: FinixContext): Promise<void> {
  if (link.state === "DEACTIVATED" || link.state === "EXPIRED") return;
  if (link.state !== "ACTIVE") {
    context.warn("a second link of one payout may be paid: compare with Finix's dashboard", {
      link: link.id,
    });
    return;
  }
  const after = await deactivate(link.id, context).catch((error: unknown) => {
    // A refusal to deactivate does not refuse the attempt itself.
    throw error instanceof Refusal
      ? unknown(`finix did not deactivate a second link: ${error.message}`)
      : error;
  });
  if (canPay.has(after.state ?? "")) throw unknown("finix did not deactivate a second link.");
  // Logs a warning if the state is unknown.
  statusReply(after, context);
}

const canPay: ReadonlySet<string> = new Set(["ACTIVE", "AWAITING_PAYOUT", "COMPLETED"]);

function unknown(message: string, retryAfterMs?: number): Failure {
  const metadata = { connector: "finix" };
  return new Failure("OUTCOME_UNKNOWN", message, { metadata, ...(retryAfterMs && { retryAfterMs }) });
}

function otherAmount(count: number): Failure {
  const message = `finix has ${count} link(s) with the tag of this payout, for another amount. Compare with Finix's dashboard before paying again under a new merchant_payout_id.`;
  return new Failure("PAYOUT_NEEDS_REVIEW", message, { metadata: { connector: "finix" } });
}
