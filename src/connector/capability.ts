import { operations } from "../core/operations.ts";
import type { Connector, Operation } from "./contract.ts";

/** Whether callers of a connector have an RPC: the connector has the function, or the core handles it locally. */
export function supports(connector: Connector, operation: Operation): boolean {
  return connector[operation] !== undefined || (ofOurLinks.includes(operation) && hasLinksOfOurs(connector));
}

/** The RPCs that callers of a connector have, as they write them. */
export function supportedRpcs(connector: Connector): readonly string[] {
  const names = Object.keys(operations) as Operation[];
  return names
    .filter((operation) => supports(connector, operation))
    .map((operation) => operations[operation].rpc);
}

/** RPCs of types.PayoutService that the core handles locally for its own links, before they are paid. */
const ofOurLinks: readonly Operation[] = ["createLink", "get", "void"];

/**
 * Whether the core makes a connector's links by itself, because nothing exists at the provider before they are paid. There
 * must be a way to claim them: on the provider's page, or on our hosted form, which must know the connector's methods.
 */
export function hasLinksOfOurs({ createLink, openLink, transfer, methods = [] }: Connector): boolean {
  return !createLink && transfer !== undefined && (openLink !== undefined || methods.length > 0);
}

/** Whether links of this connector are claimed on our hosted form. */
export function hasClaimForm(connector: Connector): boolean {
  if (connector.openLink || !connector.transfer) return false;
  const { createLink, linkOptions = [] } = connector;
  // A connector whose createLink leads to our page says so by listing every option of our page.
  return createLink ? pageOptions.every((name) => linkOptions.includes(name)) : hasLinksOfOurs(connector);
}

/** Fields of LinkOptions that a connector's links honour, in snake_case. */
export function linkOptionsOf(connector: Connector): readonly string[] {
  const { linkOptions = [] } = connector;
  return hasLinksOfOurs(connector) ? [...new Set([...pageOptions, ...linkOptions])] : linkOptions;
}

/**
 * Fields of LinkOptions that our own page honours. A connector whose links open on it (its createLink returns no
 * `payoutLink`) lists these as its `linkOptions`, with its own.
 */
export const pageOptions: readonly string[] = [
  "description",
  "memo",
  "nickname",
  "expires_in",
  "allowed_methods",
  "branding",
  "items",
  "terms_url",
  "success_url",
  "failure_url",
  "expired_url",
  "recipient_kind",
  "recipient",
  "metadata",
  "fulfilment",
  "claim_code",
];
