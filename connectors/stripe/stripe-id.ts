import { invalidField, missingField } from "../../src/connector/contract.ts";
import type { LinkOptions } from "../../src/gen/sluice/v1/link_pb.ts";
import type { Customer } from "../../src/gen/types/customer_pb.ts";
import type { StripeContext } from "./credentials.ts";

/** An id of Stripe's, with the kind of object that it names. */
export interface StripeId {
  readonly kind: "account" | "intent" | "payment" | "payout" | "transfer";
  readonly id: string;
  /** The connected account that a payout is of. */
  readonly account?: string;
}

const kinds: Readonly<Record<string, StripeId["kind"]>> = {
  acct: "account",
  obp: "payment",
  poi: "intent",
  po: "payout",
  tr: "transfer",
};

/** `acct_…`, `obp_…`, `poi_…`, `tr_…`, `po_…`, or `acct_…/po_…`. */
const form = /^(?:(acct_\w+)\/)?((acct|obp|poi|po|tr)_\w+)$/;

/** The object of a request: that of the core's record, or else the one that the caller named. */
export function readTarget(
  { connectorPayoutId }: { readonly connectorPayoutId?: string | undefined },
  { payout }: StripeContext,
): StripeId | undefined {
  const text = payout?.connectorPayoutId ?? connectorPayoutId;
  if (text === undefined || text === "" || text === payout?.id) return undefined;
  return readId("connector_payout_id", text);
}

/** As {@link readTarget}, where there must be one. */
export function requireTarget(
  request: { readonly connectorPayoutId?: string | undefined },
  context: StripeContext,
): StripeId {
  const target = readTarget(request, context);
  if (target) return target;
  throw missingField("connector_payout_id", "Write Stripe's id: acct_…, obp_…, poi_…, tr_… or acct_…/po_….");
}

/** A recipient that the caller names besides the payout's own id. */
export function readCustomer(customer: Customer | undefined): string | undefined {
  const id = customer?.connectorCustomerId;
  const field = "customer.connector_customer_id";
  return id ? requireAccountId(readId(field, id), field) : undefined;
}

/** A recipient that a new link is for, where Stripe knows them already. */
export function readNamedAccount(request: {
  readonly connectorPayoutId?: string | undefined;
  readonly customer?: Customer | undefined;
  readonly linkOptions?: LinkOptions | undefined;
}): string | undefined {
  const prefilled = request.linkOptions?.recipient?.connectorRecipientId;
  if (prefilled) {
    const field = "link_options.recipient.connector_recipient_id";
    return requireAccountId(readId(field, prefilled), field);
  }
  const id = request.connectorPayoutId;
  return id ? requireAccountId(readId("connector_payout_id", id)) : readCustomer(request.customer);
}

/** The id of an account, where only one will do. */
export function requireAccountId({ kind, id }: StripeId, field = "connector_payout_id"): string {
  if (kind === "account") return id;
  throw invalidField(field, "Write the recipient's account: acct_….");
}

/** Reads an id of Stripe's. `field` is where it was written. */
export function readId(field: string, text: string): StripeId {
  const [, account, id = "", prefix = ""] = form.exec(text) ?? [];
  const kind = kinds[prefix];
  if (kind === undefined || (account !== undefined && kind !== "payout")) {
    throw invalidField(field, "Write an id of Stripe's: acct_…, obp_…, poi_…, tr_… or acct_…/po_….");
  }
  return { kind, id, ...(account !== undefined && { account }) };
}
