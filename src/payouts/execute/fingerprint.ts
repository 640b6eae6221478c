import { createHmac, hash } from "node:crypto";
import { toJson } from "@bufbuild/protobuf";
import canonicalize from "canonicalize";
import type { Operation } from "../../connector/contract.ts";
import { credentialFields } from "../../connector/credentials.ts";
import type { Key } from "../../security/keys.ts";
import { methodOf, type PayoutRequest } from "../request/payout-request.ts";
import type { Route } from "../request/route.ts";

/** What tells one request from another without storing it. */
export interface Fingerprint {
  readonly whole: string;
  /** One for each top-level field, to name those that differ; and the key's id, to compare after a rotation. */
  readonly fields: Readonly<Record<string, string>>;
}

/** The fingerprint of calls that nothing can ever match. */
export const noFingerprint: Fingerprint = { whole: "", fields: {} };

/**
 * Fingerprints a request: HMACs of its canonical JSON (RFC 8785), field by field, and of where it goes. Access tokens and
 * secrets are left out, since they change between repeats. HMAC and not a bare hash, because requests hold data that can
 * be guessed, such as amounts and account numbers.
 */
export function fingerprint(
  operation: Operation,
  request: PayoutRequest,
  route: Route,
  key: Key,
): Fingerprint {
  const json = toJson(methodOf(operation).input, request, { useProtoFieldName: true }) as Record<
    string,
    unknown
  >;
  delete json.access_token;
  const fields: Record<string, string> = { key: key.id };
  for (const name of Object.keys(json).sort()) fields[name] = print(key, name, json[name]);
  Object.assign(fields, destinationPrints(route, key));
  // The prints are keyed already.
  return {
    whole: hash("sha256", Object.entries(fields).join(";"), "base64url").slice(0, PRINT_LENGTH),
    fields,
  };
}

/** 132 bits: enough that no two requests of a merchant meet by chance. */
const PRINT_LENGTH = 22;

function print(key: Key, name: string, value: unknown): string {
  const mac = createHmac("sha256", key.fingerprint).update(`${name}=${canonicalize(value)}`);
  return mac.digest("base64url").slice(0, PRINT_LENGTH);
}

/** Names of the fields in which two requests differ. */
export function differingFields(
  one: Readonly<Record<string, string>>,
  other: Readonly<Record<string, string>>,
): readonly string[] {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].filter((name) => !notes.has(name) && one[name] !== other[name]).sort();
}

/** What is kept with the prints besides them: by which key they were made, and who asked where no caller did. */
const notes: ReadonlySet<string> = new Set(["key", "asker"]);

/** Where a request goes. A caller sends the same again and again, so the prints are kept. */
function destinationPrints(route: Route, key: Key): Readonly<Record<string, string>> {
  const { connector } = route;
  const credentials = openCredentials(route);
  const destination = `${key.id} ${connector.name} ${canonicalize(credentials)}`;
  const before = destinations.get(destination);
  if (before) return before;
  const prints = {
    "x-connector": print(key, "x-connector", connector.name),
    "x-connector-config": print(key, "x-connector-config", credentials),
  };
  if (destinations.size >= MAX_DESTINATIONS) destinations.clear();
  destinations.set(destination, prints);
  return prints;
}

const destinations = new Map<string, Readonly<Record<string, string>>>();
const MAX_DESTINATIONS = 1000;

/** Credentials that are no secret, such as the account to pay from: they belong to what was asked. A key that was rotated does not. */
function openCredentials({ connector, credentials }: Route): unknown {
  const open = credentialFields(connector.credentials).filter((field) => !field.secret);
  return Object.fromEntries(open.map(({ name }) => [name, credentials[name] ?? null]));
}
