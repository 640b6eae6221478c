import { currencyCode, PayoutStatus } from "../../connector/contract.ts";
import { Failure } from "../../core/failure.ts";
import { operations } from "../../core/operations.ts";
import type { Payout } from "../../core/payout.ts";
import { linkStateNow } from "../../core/payout.ts";
import { statusFacts, statusName } from "../../core/status.ts";
import type { PayoutRequest } from "../request/payout-request.ts";
import type { Route } from "../request/route.ts";
import type { Submission } from "./submission.ts";

/**
 * Whether the operation may begin on the payout as it stands.
 *
 * @throws Failure that says what stands in the way.
 */
export function checkState({ operation, request, route, payout }: Submission, nowMs: number): void {
  if (!payout) return;
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
  const over = operation === "void" ? undefined : linkEnd(payout, nowMs);
  if ((begins === "any" || statusFacts(payout.status).mayPay) && !over) return;
  const message = `${rpc} cannot begin: payout ${name} is ${over ?? statusName(payout.status)}. Ask Get where it is; nothing was sent.`;
  throw new Failure("PAYOUT_STATE", message, { metadata: { payout_id: payout.id } });
}

/** How a payout's link has ended without being used; undefined while it has not. */
export function linkEnd(payout: Payout, nowMs: number): "EXPIRED" | "CANCELLED" | undefined {
  const state = linkStateNow(payout, nowMs);
  return state === "EXPIRED" || state === "CANCELLED" ? state : undefined;
}

/** Whether a payout's link waits for its recipient to say where the money should go. */
export function isAsking(payout: Payout, nowMs: number): boolean {
  const { link, status } = payout;
  const isWaiting = link?.state === "ACTIVE" && status === PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA;
  return isWaiting && !linkEnd(payout, nowMs);
}

/** Whether a link can still lead to a payment. */
export function isOpen({ link }: Payout): boolean {
  return link?.state === "ACTIVE" || link?.state === "CLAIMED";
}

/** A payout is asked about at the connector that it was made with. */
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
