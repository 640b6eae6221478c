import { supports } from "../../connector/capability.ts";
import type { Connector, Operation } from "../../connector/contract.ts";
import type { Registry } from "../../connector/registry.ts";
import { Failure } from "../../core/failure.ts";
import { operations } from "../../core/operations.ts";
import { supportedRpcs } from "../api/connector-service.ts";

/** The connector cannot do it, or not any more. The message says what it can do, and who can do this. */
export function unsupported(operation: Operation, connector: Connector, registry: Registry): Failure {
  const { rpc } = operations[operation];
  if (supports(connector, operation)) {
    const message = `${connector.name} supports ${rpc} of links that have not been paid, and cannot call a payment back. Ask Get where the payout is.`;
    return new Failure("UNSUPPORTED_OPERATION", message);
  }
  const others = registry.list().filter((other) => supports(other, operation));
  const elsewhere =
    others.length > 0 ? ` ${rpc} is supported by: ${others.map(({ name }) => name).join(", ")}.` : "";
  const why =
    operation === "createLink" && connector.transfer
      ? " Its methods are not listed, so no page could ask its recipients for their details."
      : "";
  return new Failure(
    "UNSUPPORTED_OPERATION",
    `${connector.name} does not support ${rpc}.${why} It supports: ${supportedRpcs(connector).join(", ")}.${elsewhere}`,
  );
}
