import { createHash, randomUUIDv7 } from "node:crypto";
import { currencyCode, type Operation, type PayoutFacts, PayoutStatus } from "../connector/contract.ts";
import { missingField } from "../connector/failure.ts";
import type { AttemptQuery, Intent, NewPayout, Payout, PayoutIds } from "../ledger/ledger.ts";
import { type Fingerprint, fingerprint, noFingerprint } from "./fingerprint.ts";
import { newLink } from "./link.ts";
import { operations } from "./operations.ts";
import type { Parts } from "./parts.ts";
import type { PayoutRequest } from "./payout-request.ts";
import type { Route } from "./route.ts";

/** An operation that changes something, made ready to be sent, or to be recognised as sent before. */
export interface Submission {
  readonly operation: Operation;
  readonly request: PayoutRequest;
  readonly route: Route;
  /** The payout that it is about, where there is one already. */
  readonly payout: Payout | undefined;
  /** How an earlier attempt would be found; undefined where none can be. */
  readonly query: AttemptQuery | undefined;
  readonly intent: Intent;
}

const KEY_KEPT_MS = 30 * 24 * 60 * 60 * 1000;

/** Finds the payout a request is about. The merchant's id counts where it is given; the provider's or ours otherwise. */
export async function findPayout(
  parts: Parts,
  request: PayoutRequest,
  route: Route,
): Promise<Payout | undefined> {
  const ids = payoutIds(request, route);
  return ids && parts.ledger.findPayout(route.scope, ids);
}

function payoutIds(
  { merchantPayoutId, connectorPayoutId }: PayoutRequest,
  route: Route,
): PayoutIds | undefined {
  if (merchantPayoutId) return { merchantPayoutId };
  if (!connectorPayoutId) return undefined;
  return { id: connectorPayoutId, connectorPayoutId, connector: route.connector.name };
}

/** Makes an operation ready. `payout` is what {@link findPayout} found. */
export function prepare(
  parts: Parts,
  operation: Operation,
  request: PayoutRequest,
  route: Route,
  payout: Payout | undefined,
): Submission {
  const attemptId = randomUUIDv7();
  const nowMs = parts.now();
  const named = namedIdentity(operation, request, route, payout);
  const { idempotencyKey, scope } = route;
  const repeatable = named !== undefined || idempotencyKey !== undefined;
  // Void has one meaning, whatever else is in the request.
  const print: Fingerprint =
    repeatable && operation !== "void"
      ? fingerprint(operation, request, route, parts.keys.current)
      : noFingerprint;
  const identity = named ?? `attempt:${attemptId}`;
  const intent: Intent = {
    scope,
    attemptId,
    operation,
    identity,
    ...(idempotencyKey !== undefined && {
      idempotencyKey: { key: idempotencyKey, expiresAtMs: nowMs + KEY_KEPT_MS },
    }),
    fingerprint: print.whole,
    fieldPrints: print.fields,
    startedAtMs: nowMs,
    lease: parts.leases.begin(),
    payout: intendedPayout(parts, operation, request, route, payout, nowMs),
  };
  const query = repeatable ? { scope, operation, idempotencyKey, identity: named } : undefined;
  return { operation, request, route, payout, query, intent };
}

/** What makes two calls the same operation. Undefined where the caller gave nothing to tell by. */
function namedIdentity(
  operation: Operation,
  { merchantPayoutId, merchantQuoteId, connectorPayoutId }: PayoutRequest,
  { connector, idempotencyKey }: Route,
  payout: Payout | undefined,
): string | undefined {
  if (operation === "stage") return merchantQuoteId && `quote:${merchantQuoteId}`;
  if (merchantPayoutId) return `merchant:${merchantPayoutId}`;
  if (operation !== "transfer" && operation !== "void") return undefined;
  if (payout) return payoutIdentity(payout);
  if (operation === "void") return `connector:${connector.name}:${connectorPayoutId}`;
  if (idempotencyKey !== undefined) return undefined;
  throw missingField(
    "merchant_payout_id",
    "Write your own id of this payout, or send an idempotency-key header: without either, a repeat would pay twice.",
  );
}

/** What makes two operations of one kind the same one, once there is a payout. */
export function payoutIdentity({ merchantPayoutId, id }: Payout): string {
  return merchantPayoutId ? `merchant:${merchantPayoutId}` : `payout:${id}`;
}

function intendedPayout(
  parts: Parts,
  operation: Operation,
  request: PayoutRequest,
  route: Route,
  payout: Payout | undefined,
  nowMs: number,
): Intent["payout"] {
  if (operation === "stage") return undefined;
  if (payout) return { id: payout.id, version: payout.version };
  if (operation === "void") return undefined;
  const id = randomUUIDv7();
  const { amount, destinationCurrency, merchantPayoutId, linkOptions } = request;
  const create: NewPayout = {
    id,
    merchantPayoutId,
    connector: route.connector.name,
    connectorPayoutId: undefined,
    // What only makes ready for a payout leaves it to be made, however that ends.
    status: operations[operation].failsPayout ? PayoutStatus.PENDING : PayoutStatus.REQUIRES_CREATION,
    amountMinor: amount?.minorAmount,
    currency: amount && currencyCode(amount.currency),
    destinationCurrency: destinationCurrency ? currencyCode(destinationCurrency) : undefined,
    link: operation === "createLink" ? newLink(parts, id, linkOptions, nowMs) : undefined,
  };
  return { create };
}

/**
 * What the connector is told of a payout. Amounts that the request is the first to name are among it, since they will be
 * when the request is sent again.
 */
export function payoutFacts(
  payout: Payout | NewPayout,
  { amount, destinationCurrency }: PayoutRequest,
): PayoutFacts {
  return {
    id: payout.id,
    merchantPayoutId: payout.merchantPayoutId,
    connectorPayoutId: payout.connectorPayoutId,
    status: payout.status as PayoutStatus,
    amountMinor: payout.amountMinor ?? amount?.minorAmount ?? 0n,
    currency: payout.currency ?? currencyCode(amount?.currency ?? 0),
    destinationCurrency: payout.destinationCurrency ?? currencyCode(destinationCurrency ?? 0),
    linkExpiresAtMs: payout.link?.expiresAtMs,
  };
}

/**
 * The key that the provider sees. It follows from who asks for what, not from this database: were the database lost, a
 * repeat would still be the same request to the provider.
 */
export function providerKey({ scope, operation, identity }: Intent): string {
  return createHash("sha256")
    .update(JSON.stringify([scope.tenantId, scope.merchantId, operation, identity]))
    .digest("hex");
}
