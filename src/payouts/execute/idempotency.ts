import { createHash, createHmac, hash } from "node:crypto";
import { toJson } from "@bufbuild/protobuf";
import canonicalize from "canonicalize";
import type { Connector } from "../../connector/contract.ts";
import { credentialFields } from "../../connector/credentials.ts";
import { missingField } from "../../core/failure.ts";
import { operations } from "../../core/operations.ts";
import type { Payout, Scope } from "../../core/payout.ts";
import type { Intent } from "../../ledger/ledger.ts";
import type { Key } from "../../security/keys.ts";
import { rpcs } from "../request/payout-request.ts";
import type { Route } from "../request/route.ts";
import type { Command } from "./command.ts";

/** What tells one request from another without storing it. */
export interface RequestHash {
  readonly whole: string;
  /** One for each top-level field, to name those that differ; and the key's id, to compare after a rotation. */
  readonly fields: Readonly<Record<string, string>>;
}

/** The hash of requests that no other is ever compared with. */
export const noHash: RequestHash = { whole: "", fields: {} };

/** A request, and where it goes. */
export type HashedRequest = Pick<Command, "operation" | "request" | "route">;

/**
 * Hashes a request: HMACs of its canonical JSON (RFC 8785), field by field, and of where it goes. Access tokens and secrets
 * are left out, since they change between repeats. HMAC and not a bare hash, because requests hold data that can be
 * guessed, such as amounts and account numbers.
 */
export function hashRequest({ operation, request, route }: HashedRequest, key: Key): RequestHash {
  const json = toJson(rpcs[operation].input, request, { useProtoFieldName: true }) as Record<string, unknown>;
  delete json.access_token;
  const fields: Record<string, string> = { [KEY_ID]: key.id };
  for (const name of Object.keys(json).sort()) fields[name] = hashField(key, name, json[name]);
  Object.assign(fields, destinationHashes(route, key));
  // The hashes of the fields are keyed already.
  return {
    whole: hash("sha256", Object.entries(fields).join(";"), "base64url").slice(0, HASH_LENGTH),
    fields,
  };
}

/** Beside the hashes of fields: the id of the key that they were made with. */
const KEY_ID = "key";

/** 132 bits: enough that no two requests of a merchant meet by chance. */
const HASH_LENGTH = 22;

/** The id of the key that a request was hashed with; undefined where it was not hashed. */
export function hashKeyId(fields: RequestHash["fields"]): string | undefined {
  return fields[KEY_ID];
}

function hashField(key: Key, name: string, value: unknown): string {
  const mac = createHmac("sha256", key.requestHash).update(`${name}=${canonicalize(value)}`);
  return mac.digest("base64url").slice(0, HASH_LENGTH);
}

/** Names of the fields in which two requests differ. */
export function differingFields(one: RequestHash["fields"], other: RequestHash["fields"]): readonly string[] {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].filter((name) => name !== KEY_ID && one[name] !== other[name]).sort();
}

/** Where a request goes. A caller sends the same again and again, so the hashes are kept. */
function destinationHashes(route: Route, key: Key): RequestHash["fields"] {
  const { connector } = route;
  const credentials = openCredentials(route);
  const destination = `${key.id} ${connector.name} ${canonicalize(credentials)}`;
  const before = destinations.get(destination);
  if (before) return before;
  const hashes = {
    "x-connector": hashField(key, "x-connector", connector.name),
    "x-connector-config": hashField(key, "x-connector-config", credentials),
  };
  if (destinations.size >= MAX_DESTINATIONS) destinations.clear();
  destinations.set(destination, hashes);
  return hashes;
}

const destinations = new Map<string, RequestHash["fields"]>();
const MAX_DESTINATIONS = 1000;

/** Credentials that are no secret, such as the account to pay from, are part of the request. A key that was rotated is not. */
function openCredentials({ connector, credentials }: Route): unknown {
  let names = openNames.get(connector);
  if (!names) {
    const fields = credentialFields(connector.credentials).filter(({ secret }) => !secret);
    names = fields.map(({ name }) => name);
    openNames.set(connector, names);
  }
  const open: Record<string, unknown> = {};
  for (const name of names) open[name] = credentials[name] ?? null;
  return open;
}

const openNames = new WeakMap<Connector, readonly string[]>();

/**
 * What makes two commands the same operation. Undefined where the caller gave nothing to tell by.
 *
 * @throws Failure MISSING_REQUIRED_FIELD for a payment that could not be told from its repeat.
 * @example dedupeKeyOf(transfer, hash) // "merchant:order-17", or "entry 2 merchant:order-17" in the second claim round
 */
export function dedupeKeyOf(command: Command, requestHash: RequestHash): string | undefined {
  const { operation, request, route, payout, claim } = command;
  const { merchantPayoutId, merchantQuoteId, connectorPayoutId } = request;
  if (operation === "stage") return merchantQuoteId && `quote:${merchantQuoteId}`;
  if (payout && operations[operation].pays) return paymentKey(payout);
  // Accounts may be registered one after another until one is taken: nothing is paid by that.
  if (payout && claim) return `account ${requestHash.whole} ${paymentKey(payout)}`;
  if (merchantPayoutId) return `merchant:${merchantPayoutId}`;
  if (operation !== "transfer" && operation !== "void") return undefined;
  if (payout) return payoutKey(payout);
  if (operation === "void") return `connector:${route.connector.name}:${connectorPayoutId}`;
  if (route.idempotencyKey !== undefined) return undefined;
  throw missingField(
    "merchant_payout_id",
    "Write your own id of this payout, or send an idempotency-key header: without either, a repeat would pay twice.",
  );
}

/** What makes two operations of one kind the same one, once there is a payout. */
export function payoutKey({ merchantPayoutId, id }: Pick<Payout, "merchantPayoutId" | "id">): string {
  return merchantPayoutId ? `merchant:${merchantPayoutId}` : `payout:${id}`;
}

/**
 * What makes two payments of a payout the same one, whoever initiates them: each claim round of its link is paid at most once.
 * The number comes first, where no merchant_payout_id can look like it.
 */
export function paymentKey(payout: Pick<Payout, "merchantPayoutId" | "id" | "link">): string {
  const claimRound = payout.link?.claimRound ?? 1;
  return claimRound === 1 ? payoutKey(payout) : `entry ${claimRound} ${payoutKey(payout)}`;
}

/**
 * The key that the provider sees. It follows from whose operation it is, not from this database: were the database lost, a
 * repeat would still be the same request to the provider.
 */
export function providerKey({ scope, operation, dedupeKey }: Intent): string {
  return providerKeyOf(scope, operation, dedupeKey);
}

/** The provider's key of an operation that is not an attempt, such as opening the provider's page. 64 hexadecimal characters. */
export function providerKeyOf(scope: Scope, operation: string, dedupeKey: string): string {
  return createHash("sha256")
    .update(JSON.stringify([scope.tenantId, scope.merchantId, operation, dedupeKey]))
    .digest("hex");
}
