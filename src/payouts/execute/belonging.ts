import { Failure } from "../../core/failure.ts";
import type { Payout } from "../../core/payout.ts";
import type { Parts } from "../parts.ts";
import type { Submission } from "./submission.ts";

/**
 * Refuses to pay with what belongs to another payout. A link's recipient could be paid twice, under both ids; a recipient
 * of CreateRecipient may be paid as often as the caller likes. A quote that has been used is another payout's payment, and
 * would be taken for this one's.
 *
 * @throws Failure PAYOUT_STATE.
 */
export async function refuseOthers(parts: Parts, submission: Submission): Promise<void> {
  const { operation, request, payout } = submission;
  const recipient = payout || !request.merchantPayoutId ? undefined : request.connectorPayoutId;
  await refuseOtherLink(parts, submission, "connector_payout_id", recipient);
  if (operation !== "create" && operation !== "transfer") return;
  const customer = request.customer?.connectorCustomerId;
  await refuseOtherLink(parts, submission, "customer.connector_customer_id", customer);
  const owner = await findOther(parts, submission, request.connectorQuoteId);
  if (!owner) return;
  const message = `Quote ${request.connectorQuoteId} is used by payout ${nameOf(owner)}. Stage another one.`;
  throw new Failure("PAYOUT_STATE", message, {
    field: "connector_quote_id",
    metadata: { payout_id: owner.id },
  });
}

async function refuseOtherLink(
  parts: Parts,
  submission: Submission,
  field: string,
  recipient: string | undefined,
): Promise<void> {
  const owner = await findOther(parts, submission, recipient);
  if (!owner?.link) return;
  const payIt = owner.merchantPayoutId
    ? `leave ${field} out and write merchant_payout_id ${owner.merchantPayoutId}`
    : `write connector_payout_id ${recipient} alone`;
  const message = `${recipient} belongs to the link of payout ${nameOf(owner)}. Pay it as that: ${payIt}.`;
  throw new Failure("PAYOUT_STATE", message, { field, metadata: { payout_id: owner.id } });
}

/** The payout that an id of the provider's is of, unless it is the one that is to be paid. */
async function findOther(
  { ledger }: Parts,
  { route, request, payout }: Submission,
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
