import { type Claim, currencyCode, type Operation } from "../../connector/contract.ts";
import { Failure } from "../../core/failure.ts";
import { linkEndAt } from "../../core/link-state.ts";
import { operations } from "../../core/operations.ts";
import type { Initiator, Payout } from "../../core/payout.ts";
import { statusFacts, statusName } from "../../core/status.ts";
import type { PayoutIds } from "../../ledger/ledger.ts";
import type { Dependencies } from "../dependencies.ts";
import type { PayoutRequest } from "../request/payout-request.ts";
import type { Route } from "../request/route.ts";

/** An operation that changes something, as it is asked for. */
export interface Command {
  readonly operation: Operation;
  readonly request: PayoutRequest;
  /** Connector, credentials and scope. */
  readonly route: Route;
  readonly initiator: Initiator;
  /** The payout that it is about, where there is one already. */
  readonly payout: Payout | undefined;
  /** What the recipient gave, where they are the initiator. */
  readonly claim?: Claim;
}

/** Finds the payout a request is about. The merchant's id counts where it is given; the provider's or ours otherwise. */
export async function findPayout(
  { ledger }: Pick<Dependencies, "ledger">,
  request: PayoutRequest,
  route: Route,
): Promise<Payout | undefined> {
  const ids = payoutIds(request, route);
  return ids && ledger.findPayout(route.scope, ids);
}

function payoutIds(
  { merchantPayoutId, connectorPayoutId }: PayoutRequest,
  route: Route,
): PayoutIds | undefined {
  if (merchantPayoutId) return { merchantPayoutId };
  if (!connectorPayoutId) return undefined;
  return { id: connectorPayoutId, connectorPayoutId, connector: route.connector.name };
}

/**
 * Whether a command may begin on its payout as it stands.
 *
 * @throws Failure that says what stands in the way.
 */
export function checkMayBegin({ operation, request, route }: Command, payout: Payout, nowMs: number): void {
  const { rpc, begins } = operations[operation];
  const name = payout.merchantPayoutId ?? payout.id;
  if (begins === "new") {
    const message = `merchant_payout_id ${name} is the id of another payout, made ${new Date(payout.createdAtMs).toISOString()}. Use a new one, or ask Get about it.`;
    throw new Failure("MERCHANT_PAYOUT_ID_EXISTS", message, {
      field: "merchant_payout_id",
      metadata: { payout_id: payout.id },
    });
  }
  checkConnector(payout, route);
  checkAgrees(payout, request);
  const ended = operation === "void" ? undefined : linkEndAt(payout, nowMs);
  if ((begins === "any" || statusFacts(payout.status).mayPay) && !ended) return;
  const message = `${rpc} cannot begin: payout ${name} is ${ended ?? statusName(payout.status)}. Ask Get where it is; nothing was sent.`;
  throw new Failure("PAYOUT_STATE", message, { metadata: { payout_id: payout.id } });
}

/** A payout is operated at the connector that it was made with. */
export function checkConnector(payout: Payout, { connector }: Route): void {
  if (payout.connector === connector.name) return;
  const message = `Payout ${payout.merchantPayoutId ?? payout.id} was made with ${payout.connector}, and this call names ${connector.name}. Name ${payout.connector}.`;
  throw new Failure("CONNECTOR_MISMATCH", message, { field: "x-connector" });
}

function checkAgrees(payout: Payout, { amount, destinationCurrency }: PayoutRequest): void {
  const pairs: readonly [string, unknown, unknown][] = [
    ["amount.minor_amount", payout.amountMinor, amount?.minorAmount],
    ["amount.currency", payout.currency, amount && currencyCode(amount.currency)],
    [
      "destination_currency",
      payout.destinationCurrency,
      destinationCurrency ? currencyCode(destinationCurrency) : undefined,
    ],
  ];
  const differing = pairs.filter(
    ([, one, other]) => one !== undefined && other !== undefined && one !== other,
  );
  if (differing.length === 0) return;
  const fields = differing.map(([field]) => field).join(", ");
  const message = `merchant_payout_id ${payout.merchantPayoutId ?? payout.id} names a payout with another ${fields}. Send the same, or use a new merchant_payout_id.`;
  throw new Failure("MERCHANT_PAYOUT_ID_EXISTS", message, {
    field: differing[0]?.[0] ?? "",
    metadata: { differs: fields },
  });
}
