import type { z } from "zod";
import { Failure } from "../../src/connector/contract.ts";
import { callFinix } from "./client.ts";
import type { FinixContext } from "./credentials.ts";
import { page, type Tagged } from "./shapes.ts";
import { isOfAttempt } from "./tags.ts";

/** A list of Finix's. */
export interface Collection<T> {
  readonly path: string;
  /** Under which the list has its items. */
  readonly name: string;
  readonly item: z.ZodType<T>;
}

/** Finix gives at most 100 items; fewer keep a page of long links below the size of a reply that is read. */
const PAGE_SIZE = 50;
const MAX_PAGES = 100;
/** By how much Finix's clock and ours may differ, in milliseconds. */
const CLOCK_DIFFERENCE_MS = 60 * 60 * 1000;
/** By how much two items made at almost the same time may stand the wrong way round, in milliseconds. */
const UNSTEADINESS_MS = 60 * 1000;

/**
 * Everything in a list that the attempt made. Finix has no filter, so the list is read until it ends or goes back beyond
 * the attempt's beginning.
 *
 * @throws Failure OUTCOME_UNKNOWN where nothing was found in what could be read, and there is more.
 */
export async function findTagged<T extends Tagged>(
  context: FinixContext,
  collection: Collection<T>,
): Promise<readonly T[]> {
  const horizonMs = context.startedAtMs - CLOCK_DIFFERENCE_MS;
  const seen: T[] = [];
  let cursor: string | undefined;
  for (let pages = 1; ; pages++) {
    const next = await readPage(context, collection, cursor);
    seen.push(...next.items);
    const found = seen.filter((item) => isOfAttempt(item, context));
    if (next.isLast || goesBackTo(horizonMs, seen)) return found;
    if (next.cursor === undefined || pages === MAX_PAGES) {
      // A result that was found stands, even if the rest of the list was not read.
      if (found.length > 0) return found;
      throw tooLong(seen.length);
    }
    cursor = next.cursor;
  }
}

interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page begins. */
  readonly cursor: string | undefined;
  /** Whether Finix says that nothing follows. A reply that leaves that out says nothing. */
  readonly isLast: boolean;
}

async function readPage<T>(
  context: FinixContext,
  { path, name, item }: Collection<T>,
  cursor: string | undefined,
): Promise<Page<T>> {
  const query = { limit: PAGE_SIZE, after_cursor: cursor };
  const { _embedded: lists, page: about } = await callFinix(
    context,
    { method: "GET", path, query },
    page(item),
  );
  const listed = lists?.[name];
  const saysTheEnd = about?.next_cursor === null && (lists == null || listed != null);
  return {
    items: listed ?? [],
    cursor: about?.next_cursor ?? undefined,
    isLast: saysTheEnd || listed?.length === 0,
  };
}

/**
 * Whether everything that is left unread is older. Finix lists the newest first, but does not promise it for every list, so
 * the order is relied on only if the items that were read show it.
 */
function goesBackTo(horizonMs: number, seen: readonly Tagged[]): boolean {
  const times = seen.map(({ created_at }) => Date.parse(created_at ?? ""));
  const [newest, oldest] = [times[0], times.at(-1)];
  if (newest === undefined || oldest === undefined) return false;
  const isNewestFirst = times.every(
    (time, index) => time <= (times[Math.max(0, index - 1)] as number) + UNSTEADINESS_MS,
  );
  return isNewestFirst && newest > oldest && oldest < horizonMs;
}

function tooLong(count: number): Failure {
  const message = `Whether finix executed the request is unknown: the newest ${count} entries of its list do not go back far enough to tell. Look for the merchant_payout_id among the tags in Finix's dashboard.`;
  return new Failure("OUTCOME_UNKNOWN", message, { metadata: { connector: "finix" } });
}
