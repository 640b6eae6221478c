import type { Connector, Credentials } from "../../connector/contract.ts";
import { credentialFields } from "../../connector/credentials.ts";
import type { Registry } from "../../connector/registry.ts";
import type { Metadata } from "../../core/call.ts";
import { Failure, invalidField, missingField } from "../../core/failure.ts";
import type { Payout } from "../../core/payout.ts";
import type { Secret } from "../../security/secret.ts";
import type { Dependencies } from "../dependencies.ts";
import { openCredentials } from "../payout-link.ts";
import type { Route } from "./route.ts";

/** The header's name, as messages write it. */
export const CONFIG = "X-Connector-Config";
const CONFIG_MAX_BYTES = 8192;

/** The connector's part of `x-connector-config`, as Prism writes it, for messages that say what to send. */
function configExample(connector: Connector): string {
  const fields = credentialFields(connector.credentials).filter((field) => field.required);
  const body = Object.fromEntries(fields.map((field) => [field.name, "…"]));
  return JSON.stringify({ config: { [connector.configKey]: body } });
}

/** What `x-connector-config` holds: a connector, and fields that are not checked yet. */
export interface ConfigHeader {
  readonly connector: Connector;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Reads `x-connector-config`; undefined where it is absent. */
export function readConfigHeader(metadata: Metadata, registry: Registry): ConfigHeader | undefined {
  // x-connector-auth is Prism's older name of the same JSON, with auth_type for config.
  const [header, outer] =
    metadata.get("x-connector-config") === undefined
      ? ["x-connector-auth", "auth_type"]
      : ["x-connector-config", "config"];
  const values = metadata.all(header as string);
  if (values.length === 0) return undefined;
  if (values.length > 1) throw invalidField(CONFIG, "The header came twice. Send it once.");
  const text = values[0] as string;
  if (Buffer.byteLength(text) > CONFIG_MAX_BYTES) {
    throw invalidField(
      CONFIG,
      `The header is longer than ${CONFIG_MAX_BYTES} bytes. Send only the connector's credentials.`,
    );
  }
  const variants = objectIn(parseJson(text), outer as string);
  const [key, ...others] = Object.keys(variants);
  if (key === undefined || others.length > 0) {
    throw invalidField(CONFIG, `${outer} must hold one connector, such as {"${outer}":{"Sandbox":{}}}.`);
  }
  const connector = registry.byConfigKey(key);
  if (!connector) {
    const known = registry.list().map((each) => each.configKey);
    throw invalidField(
      CONFIG,
      `There is no connector ${printable(key)}. This server has: ${known.join(", ")}.`,
    );
  }
  return { connector, fields: objectIn(variants, key) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message would repeat part of the header.
    throw invalidField(
      CONFIG,
      'It is not JSON. Write {"config":{"<Connector>":{…}}}, with straight double quotes.',
    );
  }
}

function objectIn(value: unknown, key: string): Readonly<Record<string, unknown>> {
  const inner = isObject(value) ? value[key] : undefined;
  if (inner === undefined) throw missingField(`${CONFIG}.${key}`, 'Write {"config":{"<Connector>":{…}}}.');
  if (!isObject(inner))
    throw invalidField(CONFIG, `What follows ${printable(key)} must be a JSON object in braces.`);
  return inner;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Fields that `x-auth` brings, by its value, as Prism's deprecated headers have them. */
const legacySchemes: ReadonlyMap<string, readonly string[]> = new Map([
  ["no-key", []],
  ["header-key", ["x-api-key"]],
  ["body-key", ["x-api-key", "x-key1"]],
  ["signature-key", ["x-api-key", "x-key1", "x-api-secret"]],
  ["multi-auth-key", ["x-api-key", "x-key1", "x-api-secret", "x-key2"]],
]);

/** Reads the credentials from the legacy headers. */
export function legacyFields(metadata: Metadata, connector: Connector): Readonly<Record<string, unknown>> {
  const needed = !connector.credentials.safeParse({}).success;
  const scheme = metadata.get("x-auth");
  if (scheme === undefined) {
    if (!needed) return {};
    throw missingField(
      "x-connector-config",
      `Send the credentials of ${connector.name}: ${configExample(connector)}`,
    );
  }
  const headers = legacySchemes.get(scheme.toLowerCase());
  if (!headers) {
    const hint = `x-auth must be one of ${[...legacySchemes.keys()].join(", ")}; better, send x-connector-config: ${configExample(connector)}`;
    throw new Failure("INVALID_CONNECTOR_CONFIG", `Invalid connector configuration: x-auth. ${hint}`, {
      field: "x-auth",
    });
  }
  const fields: Record<string, unknown> = {};
  for (const header of headers) {
    const value = metadata.get(header);
    if (value === undefined) throw missingField(header, `x-auth: ${scheme} brings ${headers.join(", ")}.`);
    const field = connector.legacyHeaders?.[header];
    if (field) fields[field] = value;
  }
  return fields;
}

/** Checks credentials against the connector's schema. No message repeats a value. */
export function readCredentials(
  connector: Connector,
  fields: Readonly<Record<string, unknown>>,
): Credentials {
  const refuse = (field: string, hint: string) =>
    new Failure(
      "INVALID_CONNECTOR_CONFIG",
      `Invalid connector configuration: ${CONFIG}. ${hint} Write ${configExample(connector)}`,
      { field: [CONFIG, connector.configKey, field].filter(Boolean).join(".") },
    );
  for (const name of Object.keys(fields)) {
    const known = credentialFields(connector.credentials);
    if (/^[a-z_]*base_url$/.test(name)) {
      throw new Failure(
        "OVERRIDE_REFUSED",
        `${connector.configKey}.${name} is not accepted. Leave it out: the operator of this server sets where ${connector.name} is reached.`,
        { field: `${CONFIG}.${connector.configKey}.${name}` },
      );
    }
    if (!known.some((field) => field.name === name)) {
      const names = known.map((field) => field.name).join(", ") || "none";
      throw refuse("", `${printable(name)} is not a credential of ${connector.name}, which has: ${names}.`);
    }
  }
  const result = connector.credentials.safeParse(fields);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = String(issue?.path[0] ?? "");
  const fault = fields[field] === undefined ? "is missing" : `cannot be used: ${issue?.message ?? "invalid"}`;
  throw refuse(field, `${connector.configKey}.${field} ${fault}.`);
}

/** A name of the caller's for a message. What does not look like a name may be a key in the wrong place, and is not repeated. */
export function printable(name: string): string {
  return /^[A-Za-z_-]{1,32}$/.test(name) ? `"${name}"` : "by the name given";
}

/**
 * The route of an operation on a link when its caller is not there, with the credentials that it was made with. Undefined
 * where they are gone: the link has ended, or is older than the keeping of credentials.
 *
 * @throws Failure INTERNAL where this server has lost the connector or the sealing key, or the connector takes such
 * credentials no more. The log says which.
 */
export async function storedRoute(
  deps: Pick<Dependencies, "registry" | "ledger" | "log" | "keys">,
  payout: Payout,
): Promise<Route | undefined> {
  const { registry, ledger, log } = deps;
  const sealed = await ledger.findCredentials(payout.id);
  if (!sealed) return undefined;
  const fail = (why: string, error?: unknown): never => {
    const facts = { connector: payout.connector, payout: payout.id, ...(error !== undefined && { error }) };
    log.error(facts, why);
    throw new Failure("INTERNAL", `This link cannot be served at the moment: ${why}.`, { cause: error });
  };
  const connector = registry.get(payout.connector) ?? fail("its connector is not on this server");
  let config: Secret;
  try {
    config = openCredentials(deps, payout.id, sealed);
  } catch (error) {
    return fail("its credentials cannot be unsealed", error);
  }
  try {
    const fields = JSON.parse(config.reveal()) as Readonly<Record<string, unknown>>;
    const { scope } = payout;
    return {
      connector,
      credentials: readCredentials(connector, fields),
      config,
      scope,
      idempotencyKey: undefined,
    };
  } catch (error) {
    return fail("its connector does not take its credentials any more", error);
  }
}
