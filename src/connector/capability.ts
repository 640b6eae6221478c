import type { Connector, Operation } from "./contract.ts";
import { pageOptions } from "./page-options.ts";

/** Whether callers of a connector have an RPC: it has the function, or the core does it without one. */
export function supports(connector: Connector, operation: Operation): boolean {
  return connector[operation] !== undefined || (ofOurLinks.includes(operation) && hasLinksOfOurs(connector));
}

/** RPCs of types.PayoutService that the core carries out alone for links of its own, before they are paid. */
const ofOurLinks: readonly Operation[] = ["createLink", "get", "void"];

/**
 * Whether the core makes a connector's links by itself, since nothing of theirs exists at the provider before they are paid.
 * Somebody must be able to claim them: on the provider's page, or on ours, which must know how recipients can be paid.
 */
export function hasLinksOfOurs({ createLink, openLink, transfer, methods = [] }: Connector): boolean {
  return !createLink && transfer !== undefined && (openLink !== undefined || methods.length > 0);
}

/** Whether the recipients of a connector's links say on our page where the money should go. */
export function hasClaimForm(connector: Connector): boolean {
  if (connector.openLink || !connector.transfer) return false;
  const { createLink, linkOptions = [] } = connector;
  // A connector whose createLink leads to our page says so by listing what our page can do.
  return createLink ? pageOptions.every((name) => linkOptions.includes(name)) : hasLinksOfOurs(connector);
}

/** Fields of LinkOptions that a connector's links honour, in snake_case. */
export function linkOptionsOf(connector: Connector): readonly string[] {
  const { linkOptions = [] } = connector;
  return hasLinksOfOurs(connector) ? [...new Set([...pageOptions, ...linkOptions])] : linkOptions;
}
