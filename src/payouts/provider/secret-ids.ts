import type { Operation, Reply } from "../../connector/contract.ts";
import { invalidField } from "../../core/failure.ts";
import type { Keys } from "../../security/keys.ts";
import { seal, unseal } from "../../security/seal.ts";
import type { Route } from "../request/route.ts";
import type { ProviderCall } from "./provider-call.ts";

/**
 * A call with the provider's own ids, of a connector whose ids callers and the store know sealed.
 *
 * @throws Failure INVALID_DATA_FORMAT for an id that was not sealed here for this merchant, or whose key is gone.
 */
export function openIds(keys: Keys, call: ProviderCall): ProviderCall {
  const { route, request, payout } = call;
  const open = (id: string | undefined) => (id ? openId(keys, route, id) : undefined);
  const id = open(request.connectorPayoutId);
  return {
    ...call,
    request: id === undefined ? request : { ...request, connectorPayoutId: id },
    payout: payout && { ...payout, connectorPayoutId: open(payout.connectorPayoutId) },
  };
}

/** A connector's reply with its id sealed. One that was sealed before stays as callers know it. */
export function sealIds(
  keys: Keys,
  { sealed, opened }: { readonly sealed: ProviderCall; readonly opened: ProviderCall },
  reply: Reply<Operation>,
): Reply<Operation> {
  const { connectorPayoutId: id } = reply as { readonly connectorPayoutId?: string };
  if (!id) return reply;
  const known =
    opened.payout?.connectorPayoutId === id
      ? sealed.payout?.connectorPayoutId
      : opened.request.connectorPayoutId === id && sealed.request.connectorPayoutId;
  return { ...reply, connectorPayoutId: known || sealId(keys, sealed.route, id) } as Reply<Operation>;
}

/** Tells a sealed id from one that was copied from the provider's dashboard. */
const PREFIX = "sealed_";

function sealId(keys: Keys, route: Route, id: string): string {
  const sealed = seal(keys, Buffer.from(id), sealContext(route));
  return PREFIX + Buffer.from(sealed).toString("base64url");
}

function openId(keys: Keys, route: Route, text: string): string {
  try {
    const sealed = Buffer.from(text.slice(PREFIX.length), "base64url");
    return Buffer.from(unseal(keys, sealed, sealContext(route))).toString();
  } catch {
    const hint = `Write the id that CreateLink answered: ${PREFIX}…. An id from before SLUICE_KEY was changed needs the former key in it, after the current one.`;
    throw invalidField("connector_payout_id", hint);
  }
}

/** An id that one merchant was given opens for no other. */
function sealContext({ connector, scope }: Route): string {
  return `payout id ${JSON.stringify([connector.name, scope.tenantId, scope.merchantId])}`;
}
