import { Failure } from "../../core/failure.ts";
import { operations } from "../../core/operations.ts";
import type { Payout } from "../../core/payout.ts";
import type { Dependencies } from "../dependencies.ts";
import type { Command } from "./command.ts";

type Store = Pick<Dependencies, "ledger">;

/**
 * Rejects a payment that reuses another payout's link, recipient or quote. A link's recipient could be paid twice, under both
 * ids; a recipient of CreateRecipient may be paid as often as the caller likes. A used quote is another payout's payment, and
 * would be taken for this one's.
 *
 * @throws Failure PAYOUT_STATE that names the other payout.
 */
export async function checkOwnership(deps: Store, command: Command): Promise<void> {
  const { operation, request, payout } = command;
  const recipient = payout || !request.merchantPayoutId ? undefined : request.connectorPayoutId;
  await refuseOtherLink(deps, command, "connector_payout_id", recipient);
  if (!operations[operation].pays) return;
  const customer = request.customer?.connectorCustomerId;
  await refuseOtherLink(deps, command, "customer.connector_customer_id", customer);
  const owner = await findOther(deps, command, request.connectorQuoteId);
  if (!owner) return;
  const message = `Quote ${request.connectorQuoteId} is used by payout ${nameOf(owner)}. Stage another one.`;
  throw new Failure("PAYOUT_STATE", message, {
    field: "connector_quote_id",
    metadata: { payout_id: owner.id },
  });
}

async function refuseOtherLink(
  deps: Store,
  command: Command,
  field: string,
  recipient: string | undefined,
): Promise<void> {
  const owner = await findOther(deps, command, recipient);
  if (!owner?.link) return;
  const payIt = owner.merchantPayoutId
    ? `leave ${field} out and write merchant_payout_id ${owner.merchantPayoutId}`
    : `write connector_payout_id ${recipient} alone`;
  const message = `${recipient} belongs to the link of payout ${nameOf(owner)}. Pay it as that: ${payIt}.`;
  throw new Failure("PAYOUT_STATE", message, { field, metadata: { payout_id: owner.id } });
}

/** The payout that owns an id of the provider's, unless it is the one that is to be paid. */
async function findOther(
  { ledger }: Store,
  { route, request, payout }: Command,
  id: string | undefined,
): Promise<Payout | undefined> {
  if (!id) return undefined;
  const ids = { id, connectorPayoutId: id, connector: route.connector.name };
  const owner = await ledger.findPayout(route.scope, ids);
  if (!owner || owner.id === payout?.id) return undefined;
  const isSame = owner.merchantPayoutId !== undefined && owner.merchantPayoutId === request.merchantPayoutId;
  return isSame ? undefined : owner;
}

function nameOf({ merchantPayoutId, id }: Payout): string {
  return merchantPayoutId ?? id;
}
