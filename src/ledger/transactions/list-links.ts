import type { LinkState } from "../../core/status.ts";
import type { LinkList, LinkPosition, LinkQuery } from "../ledger.ts";
import { linkSql } from "../sql/link-sql.ts";
import { number, readLinkRecord, text } from "../sql/rows.ts";
import { fetchRows, type Param, type Row, type Transaction } from "./transaction.ts";

/** How many links one transaction looks at: writes wait for it where there is one writer. */
const LINKS_PER_SCAN = 2_000;
/** How many transactions one list may take, before it leaves the rest to the next page. */
const SCANS_PER_LIST = 25;

/**
 * {@link LinkStore.listLinks}: scans until the page is full, there are no more links, or enough has been looked at. A page may
 * thus be short, and even empty, though more follow.
 */
export async function listLinks(
  wanted: LinkQuery,
  scan: (wanted: LinkQuery) => Promise<LinkList>,
): Promise<LinkList> {
  const links: LinkList["links"][number][] = [];
  let after = wanted.after;
  for (let scans = 1; scans <= SCANS_PER_LIST; scans++) {
    const found = await scan({ ...wanted, after, limit: wanted.limit - links.length });
    links.push(...found.links);
    after = found.next;
    if (!after || links.length === wanted.limit) break;
  }
  return { links, next: after };
}

/** One step of {@link listLinks}: the links that match among the next few. */
export function* scanLinks(wanted: LinkQuery, nowMs: number): Transaction<LinkList> {
  const source = yield* sourceFor(wanted);
  const range = rangeOf(wanted);
  const end = source.isComplete ? undefined : yield* placeAfter(source, range);
  const rows = yield* fetchRows(
    source.list,
    ...range.slice(0, 4),
    ...(end ? [end.createdAtMs, end.payoutId] : range.slice(4)),
    ...filterParams(wanted, nowMs),
    wanted.limit + 1,
    ...source.params,
  );
  const links = rows.slice(0, wanted.limit).map(readLinkRecord);
  const last = links.at(-1)?.payout;
  const isFull = rows.length > wanted.limit && last;
  return { links, next: isFull ? { createdAtMs: last.createdAtMs, payoutId: last.id } : end };
}

/** What is scanned for links that match. */
interface Source {
  readonly list: string;
  readonly placeAfter: string;
  /** What is asked besides range and filter. */
  readonly params: readonly Param[];
  /** Whether one scan looks at all there are: no more than is bearable, or no more than are shown. */
  readonly isComplete: boolean;
}

function* sourceFor(wanted: LinkQuery): Transaction<Source> {
  const { scope, metadataKey, merchantPayoutIdPrefix: prefix, connector, states } = wanted;
  const isFiltered = Boolean(prefix) || connector !== undefined || states.length > 0;
  if (metadataKey !== undefined) {
    const { listByKey: list, placeAfterByKey: placeAfter } = linkSql;
    return { list, placeAfter, params: [metadataKey], isComplete: !isFiltered };
  }
  const past = prefix && afterPrefix(prefix);
  if (prefix && past) {
    const params = [scope.tenantId, scope.merchantId, prefix, past, LINKS_PER_SCAN + 1] as const;
    const [row] = yield* fetchRows(linkSql.countPrefix, ...params);
    if (row && number(row, "payouts") <= LINKS_PER_SCAN)
      return { list: linkSql.listByPrefix, placeAfter: "", params: [LINKS_PER_SCAN], isComplete: true };
  }
  return { list: linkSql.list, placeAfter: linkSql.placeAfter, params: [], isComplete: !isFiltered };
}

/** Tenant and merchant, the place after which the list begins, and the last place that counts. */
type Range = readonly [string, string, number, string, number, string];

function rangeOf({ scope, after, createdFromMs = 0, createdBeforeMs }: LinkQuery): Range {
  const newest = { createdAtMs: createdBeforeMs ?? Number.MAX_SAFE_INTEGER, payoutId: "" };
  const start = after && after.createdAtMs < newest.createdAtMs ? after : newest;
  return [scope.tenantId, scope.merchantId, start.createdAtMs, start.payoutId, createdFromMs, ""];
}

function* placeAfter(source: Source, range: Range): Transaction<LinkPosition | undefined> {
  const [row] = yield* fetchRows(source.placeAfter, ...range, LINKS_PER_SCAN - 1, ...source.params);
  return row && positionOf(row);
}

function positionOf(row: Row): LinkPosition {
  return { createdAtMs: number(row, "created_at_ms"), payoutId: text(row, "payout_id") };
}

const everyState: readonly LinkState[] = [
  "ACTIVE",
  "CLAIMED",
  "COMPLETED",
  "RETURNED",
  "EXPIRED",
  "CANCELLED",
];

function filterParams(wanted: LinkQuery, nowMs: number): readonly Param[] {
  const { connector, merchantPayoutIdPrefix: prefix, states } = wanted;
  const past = prefix && afterPrefix(prefix);
  const chosen = states.length > 0 ? states : everyState;
  const six = everyState.map((_, index) => chosen[index % chosen.length] as LinkState);
  return [connector ?? null, prefix || null, past || null, nowMs, ...six];
}

const HIGHEST = 0x10ffff;

/** The least text that comes after all that begins with the prefix, by code points. Undefined where there is none. */
export function afterPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (each) => each.codePointAt(0) as number);
  while (points.at(-1) === HIGHEST) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  // Halves of surrogate pairs are no characters.
  const next = last === 0xd7ff ? 0xe000 : last + 1;
  return String.fromCodePoint(...points, next);
}
