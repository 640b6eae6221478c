import type { Connector, Credentials } from "../../connector/contract.ts";
import type { Registry } from "../../connector/registry.ts";
import type { Call, Metadata } from "../../core/call.ts";
import { Failure, invalidField, missingField } from "../../core/failure.ts";
import type { Scope } from "../../core/payout.ts";
import { Secret } from "../../security/secret.ts";
import { CONFIG, legacyFields, printable, readConfigHeader, readCredentials } from "./credentials.ts";

/** Where a call goes, and on whose behalf. */
export interface Route {
  readonly connector: Connector;
  readonly credentials: Credentials;
  /** The credentials as they were sent, in JSON: what a link keeps of them. */
  readonly config: Secret;
  readonly scope: Scope;
  readonly idempotencyKey: string | undefined;
}

/** What {@link readRoute} needs of a call. */
export type RoutedCall = Pick<Call, "metadata" | "scope">;

/**
 * Reads the headers of a call. The rules are Prism's: `x-connector-config` carries the credentials and names the connector
 * by its key; the legacy headers count where it is absent.
 *
 * @throws Failure that names the header and says what to write; never a value of the credentials.
 */
export function readRoute({ metadata, scope }: RoutedCall, registry: Registry): Route {
  refuseOverrides(metadata);
  const named = namedConnector(metadata, registry);
  const config = readConfigHeader(metadata, registry);
  const connector = config?.connector ?? named;
  if (!connector) {
    throw missingField("x-connector", `Name a connector in this header: ${connectorNames(registry)}.`);
  }
  if (named && named !== connector) {
    throw new Failure(
      "CONNECTOR_MISMATCH",
      `The headers name two connectors: ${named.name} in x-connector, ${connector.name} in ${CONFIG}. Send credentials of the connector that you name.`,
      { field: "x-connector" },
    );
  }
  const fields = config?.fields ?? legacyFields(metadata, connector);
  return {
    connector,
    credentials: readCredentials(connector, fields),
    config: new Secret(JSON.stringify(fields)),
    scope,
    idempotencyKey: readIdempotencyKey(metadata),
  };
}

function connectorNames(registry: Registry): string {
  return registry
    .list()
    .map((connector) => connector.name)
    .join(", ");
}

/** Headers with which a caller of Prism could send this server to another host, or make it only pretend. */
function refuseOverrides(metadata: Metadata): void {
  if (metadata.get("x-config-override") !== undefined) {
    throw new Failure(
      "OVERRIDE_REFUSED",
      "x-config-override is not accepted. Leave it out: the operator of this server sets where providers are reached.",
      { field: "x-config-override" },
    );
  }
  if (metadata.get("x-shadow-mode")?.toLowerCase() === "true") {
    throw new Failure(
      "OVERRIDE_REFUSED",
      "x-shadow-mode is not accepted: there is no dry run here, and the payout would be made. Leave it out, or use x-connector: sandbox.",
      { field: "x-shadow-mode" },
    );
  }
}

function namedConnector(metadata: Metadata, registry: Registry): Connector | undefined {
  const found = ["x-connector", "x-payout-connector"].flatMap((header) => {
    const name = metadata.get(header);
    if (name === undefined) return [];
    const connector = registry.get(name.trim().toLowerCase());
    if (!connector) {
      throw invalidField(
        header,
        `There is no connector ${printable(name)}. This server has: ${connectorNames(registry)}.`,
      );
    }
    return [connector];
  });
  if (found[0] && found[1] && found[0] !== found[1]) {
    throw new Failure(
      "CONNECTOR_MISMATCH",
      `The headers name two connectors: ${found[0].name} in x-connector, ${found[1].name} in x-payout-connector. Name one.`,
      { field: "x-payout-connector" },
    );
  }
  return found[0];
}

function readIdempotencyKey(metadata: Metadata): string | undefined {
  const values = metadata.all("idempotency-key");
  if (values.length === 0) return undefined;
  if (values.length === 1 && /^[\x21-\x7e]{1,255}$/.test(values[0] as string)) return values[0];
  throw invalidField(
    "idempotency-key",
    "Send it once, with 1 to 255 visible ASCII characters, such as a UUID.",
  );
}
