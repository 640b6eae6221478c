import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import {
  connectorPayoutIdOf,
  currencyCode,
  Failure,
  invalidField,
  missingField,
  PayoutStatus,
  Refusal,
  type Reply,
  type Request,
  readReply,
  safeMinorAmount,
} from "../../src/connector/contract.ts";
import type { EasyLabsContext } from "./credentials.ts";
import { descriptionOf, referenceOf } from "./reference.ts";
import * as shapes from "./shapes.ts";
import { linkStatus, transactionReply } from "./status.ts";

/** Makes a link, once: it cannot be taken back. */
export async function createLink(
  request: Request<"createLink">,
  context: EasyLabsContext,
): Promise<Reply<"createLink">> {
  const json = {
    amount: readAmount(request, context),
    currency: "USD",
    description: descriptionOf(request, context),
  };
  try {
    const reply = await context.http.send({
      method: "POST",
      path: "/treasury/payout-link/generate",
      // Whether links honour the key is not documented, so it is an extra precaution that nothing relies on.
      headers: { "idempotency-key": context.idempotencyKey },
      json,
      effect: "once",
    });
    return madeReply(readReply(reply, shapes.madeLink).data, context);
  } catch (error) {
    throw isKeyConflict(error) ? keyConflict(context) : error;
  }
}

/** The status of a link, by the transaction that pays it if there is one. */
export async function get(request: Request<"get">, context: EasyLabsContext): Promise<Reply<"get">> {
  const token = connectorPayoutIdOf(request, context);
  const found = await context.http.send({
    method: "GET",
    path: `/treasury/payout-link/${encodeURIComponent(token)}`,
    secrets: [token],
  });
  const link = readReply(found, shapes.link).data;
  return {
    connectorPayoutId: token,
    ...(await statusOf(link, context)),
    payoutLink: {
      ...expiry(link),
      ...(link.recipient_id && { connectorRecipientId: link.recipient_id }),
      ...(link.transaction_id && { connectorTransactionId: link.transaction_id }),
    },
  };
}

/** The reply of createLink for a link that was created. */
export function madeReply(link: shapes.MadeLink, context: EasyLabsContext): Reply<"createLink"> {
  return {
    connectorPayoutId: link.token,
    payoutStatus: linkStatus(link.status, context),
    payoutLink: { url: link.url, ...expiry(link) },
  };
}

async function statusOf({ status, transaction_id: id }: shapes.Link, context: EasyLabsContext) {
  const payoutStatus = linkStatus(status, context);
  if (!id || !transactionCounts(payoutStatus)) return { payoutStatus };
  const path = `/treasury/transactions/${encodeURIComponent(id)}`;
  const reply = await context.http.send({ method: "GET", path });
  return transactionReply(readReply(reply, shapes.transaction).data.status, context);
}

/** Whether a link's transaction decides its status. A link that waits for its recipient again has a transaction that ended. */
function transactionCounts(status: PayoutStatus): boolean {
  return (
    status !== PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA && status !== PayoutStatus.PAYOUT_STATUS_UNSPECIFIED
  );
}

/** Cents. An amount above the limit is refused before anything is sent. */
function readAmount({ amount }: Request<"createLink">, { credentials }: EasyLabsContext): number {
  if (!amount) throw missingField("amount", "Write what the recipient gets.");
  if (currencyCode(amount.currency) !== "USD")
    throw invalidField("amount.currency", "Write USD: Easy Labs pays in nothing else.");
  const cents = safeMinorAmount(amount.minorAmount);
  if (cents <= credentials.max_amount_minor) return cents;
  const message = `The amount is above the most that one link may be of, ${credentials.max_amount_minor} cents. Nothing was sent: pay less, or raise max_amount_minor in x-connector-config.`;
  throw new Failure("AMOUNT_NOT_ALLOWED", message, { field: "amount.minor_amount" });
}

function expiry({ expires_at }: Pick<shapes.Link, "expires_at">) {
  const atMs = Date.parse(expires_at ?? "");
  return Number.isNaN(atMs) ? {} : { expireTime: timestampFromMs(atMs) };
}

/** 409 mostly means that the key was used with another body, so a link of this payout may exist already. */
function isKeyConflict(error: unknown): boolean {
  return error instanceof Refusal && error.status === 409;
}

function keyConflict(context: EasyLabsContext): Failure {
  const message = `Easy Labs answered 409: it may have made a link of this payout before. Look in its dashboard for a link whose description begins with "${referenceOf(context)}" before paying again.`;
  return new Failure("OUTCOME_UNKNOWN", message);
}
