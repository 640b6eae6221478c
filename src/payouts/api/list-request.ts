import { createHash } from "node:crypto";
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { invalidField } from "../../core/failure.ts";
import type { Scope } from "../../core/payout.ts";
import type { LinkState as LinkStateName } from "../../core/status.ts";
import { LinkState, LinkStateSchema } from "../../gen/sluice/v1/link_pb.ts";
import type { LinkFilter, PayoutLinkServiceListRequest } from "../../gen/sluice/v1/payout_link_service_pb.ts";
import type { LinkPosition, LinkQuery } from "../../ledger/ledger.ts";
import type { Keys } from "../../security/keys.ts";
import { seal, unseal } from "../../security/seal.ts";

/** A list as its caller wants it. */
export interface ListRequest {
  readonly query: LinkQuery;
  /** Tells one filter and merchant from another: page tokens are of one. */
  readonly filterHash: string;
}

const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 200;

/**
 * Reads a request for a list.
 *
 * @throws Failure INVALID_DATA_FORMAT that names the field and says what to write.
 */
export function readListRequest(
  { keys }: { readonly keys: Keys },
  { filter, pageSize, pageToken }: PayoutLinkServiceListRequest,
  scope: Scope,
): ListRequest {
  if (pageSize > MAX_PAGE_SIZE)
    throw invalidField("page_size", `Write at most ${MAX_PAGE_SIZE}. It was ${pageSize}.`);
  const wanted = { scope, ...readFilter(filter) };
  const filterHash = createHash("sha256").update(JSON.stringify(wanted)).digest("base64url");
  const after = pageToken === "" ? undefined : readPageToken(keys, pageToken, filterHash);
  return { query: { ...wanted, after, limit: pageSize || DEFAULT_PAGE_SIZE }, filterHash };
}

type Conditions = Omit<LinkQuery, "scope" | "after" | "limit">;

function readFilter(filter: LinkFilter | undefined): Conditions {
  const createdFromMs = readTime("filter.create_time_from", filter?.createTimeFrom);
  const createdBeforeMs = readTime("filter.create_time_before", filter?.createTimeBefore);
  if (createdFromMs !== undefined && createdBeforeMs !== undefined && createdFromMs >= createdBeforeMs)
    throw invalidField("filter.create_time_before", "Write a time that is later than create_time_from.");
  return {
    states: readStates(filter?.states ?? []),
    connector: readText("connector", filter?.connector, NAME, "a connector's name, such as sandbox"),
    merchantPayoutIdPrefix: readText(
      "merchant_payout_id_prefix",
      filter?.merchantPayoutIdPrefix,
      VISIBLE,
      "1 to 255 visible characters",
    ),
    createdFromMs,
    createdBeforeMs,
    metadataKey: readText("metadata_key", filter?.metadataKey, KEY, "1 to 40 visible characters"),
  };
}

const NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;
const VISIBLE = /^[^\p{C}]{1,255}$/u;
const KEY = /^[^\p{Cc}\p{Cs}]{1,40}$/u;

function readText(field: string, text: string | undefined, form: RegExp, hint: string): string | undefined {
  if (text === undefined || form.test(text)) return text;
  throw invalidField(`filter.${field}`, `Write ${hint}, or leave it out.`);
}

function readStates(states: readonly LinkState[]): readonly LinkStateName[] {
  const names = states.map((state) => {
    const known = state === LinkState.UNSPECIFIED ? undefined : LinkStateSchema.value[state];
    if (!known) throw invalidField("filter.states", `Write ${knownStates}, or leave it out.`);
    return known.localName as LinkStateName;
  });
  return [...new Set(names)].sort();
}

const knownStates = LinkStateSchema.values
  .filter(({ number }) => number !== 0)
  .map(({ name }) => name)
  .join(", ");

/** The year 10000, in seconds since 1970: no timestamp reaches it. */
const SECONDS_END = 253_402_300_800n;

/** In milliseconds, rounded up: links have no finer times, and one of the same millisecond is not before it. */
function readTime(field: string, time: Timestamp | undefined): number | undefined {
  if (!time) return undefined;
  const { seconds, nanos } = time;
  if (seconds >= 0n && seconds < SECONDS_END && nanos >= 0 && nanos < 1e9)
    return Number(seconds) * 1000 + Math.ceil(nanos / 1e6);
  throw invalidField(field, "Write a time from 1970 on, such as 2026-01-31T12:00:00Z.");
}

const CONTEXT = "page token of a list of links";

/** A page token: where the list goes on, and the hash of its filter, sealed. */
export function writePageToken(keys: Keys, next: LinkPosition, filterHash: string): string {
  const plain = JSON.stringify([filterHash, next.createdAtMs, next.payoutId]);
  return Buffer.from(seal(keys, Buffer.from(plain), CONTEXT)).toString("base64url");
}

/**
 * Reads what {@link writePageToken} wrote.
 *
 * @throws Failure INVALID_DATA_FORMAT for a token that is not this server's, or was given for something else.
 */
function readPageToken(keys: Keys, token: string, filterHash: string): LinkPosition {
  const [given, createdAtMs, payoutId] = open(keys, token);
  if (given === filterHash) return { createdAtMs, payoutId };
  throw invalidField(
    "page_token",
    "It is of a list with another filter, or of another merchant. Send the filter of the call that gave it, or leave it out.",
  );
}

function open(keys: Keys, token: string): readonly [string, number, string] {
  try {
    return JSON.parse(Buffer.from(unseal(keys, Buffer.from(token, "base64url"), CONTEXT)).toString());
  } catch {
    throw invalidField(
      "page_token",
      "It is no token of this server's. Write next_page_token of the reply before, or leave it out.",
    );
  }
}
