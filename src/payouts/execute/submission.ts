import { randomUUIDv7 } from "node:crypto";
import {
  type Claim,
  currencyCode,
  type Operation,
  type PayoutFacts,
  PayoutStatus,
} from "../../connector/contract.ts";
import { methodKindOf } from "../../core/methods.ts";
import { operations } from "../../core/operations.ts";
import type { NewPayout, Payout } from "../../core/payout.ts";
import type { AttemptQuery, Intent, PayoutIds } from "../../ledger/ledger.ts";
import { newLink } from "../links/sealed-link.ts";
import type { Parts } from "../parts.ts";
import { lifetimeMs } from "../request/link-options.ts";
import type { PayoutRequest } from "../request/payout-request.ts";
import type { Route } from "../request/route.ts";
import { type Fingerprint, fingerprint, noFingerprint } from "./fingerprint.ts";
import { identityOf } from "./identity.ts";

/** An operation that changes something, as it is asked for. */
export interface Order {
  readonly operation: Operation;
  readonly request: PayoutRequest;
  readonly route: Route;
  /** The payout that it is about, where there is one already. */
  readonly payout: Payout | undefined;
  /** Set where no caller asks for it. */
  readonly asker?: Asker;
  /** What the recipient gave, where they ask. */
  readonly claim?: Claim;
}

/** Who asks for a payment besides callers: the recipient by claiming a link, or this server because the details are in. */
export type Asker = "recipient" | "server";

/** An order made ready to be sent, or to be recognised as sent before. */
export interface Submission extends Order {
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

/** Makes an order ready. */
export function prepare(parts: Parts, order: Order): Submission {
  const { operation, request, route, asker, claim } = order;
  const attemptId = randomUUIDv7();
  const nowMs = parts.now();
  const { idempotencyKey, scope } = route;
  const print = printOf(parts, order);
  const named = identityOf(order, print);
  const methodKind = claim?.methodKind ?? methodKindOf(request.payoutMethodData);
  const intent: Intent = {
    scope,
    attemptId,
    operation,
    dedupeKey: named ?? `attempt:${attemptId}`,
    ...(idempotencyKey !== undefined && {
      idempotencyKey: { key: idempotencyKey, expiresAtMs: nowMs + KEY_KEPT_MS },
    }),
    requestHash: print.whole,
    fieldHashes: asker ? { ...print.fields, asker } : print.fields,
    startedAtMs: nowMs,
    lease: parts.leases.begin(),
    payout: intendedPayout(parts, order, nowMs),
    ...(claim && { beforeLinkEnds: true }),
    ...(methodKind !== undefined && { methodKind }),
  };
  const isRepeatable = named !== undefined || idempotencyKey !== undefined;
  const query = isRepeatable ? { scope, operation, idempotencyKey, dedupeKey: named } : undefined;
  return { ...order, query, intent };
}

function printOf(parts: Parts, { operation, request, route, payout }: Order): Fingerprint {
  const hasName = payout ?? request.merchantPayoutId ?? request.merchantQuoteId;
  // Void has one meaning, whatever else is in the request. What has no name and no key can never be repeated.
  const isCompared = operation !== "void" && (hasName || route.idempotencyKey !== undefined);
  return isCompared ? fingerprint(operation, request, route, parts.keys.current) : noFingerprint;
}

function intendedPayout(
  parts: Parts,
  { operation, request, route, payout }: Order,
  nowMs: number,
): Intent["payout"] {
  if (operation === "stage") return undefined;
  if (payout) return { id: payout.id, version: payout.version };
  if (operation === "void") return undefined;
  const id = randomUUIDv7();
  const { amount, destinationCurrency, merchantPayoutId, linkOptions } = request;
  const expiresAtMs = nowMs + lifetimeMs(linkOptions);
  const wish = { options: linkOptions, expiresAtMs, credentials: route.config };
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
    link: operation === "createLink" ? newLink(parts, id, wish) : undefined,
  };
  return { create };
}

/**
 * What the connector is told of a payout. Amounts that the request is the first to name are among it, since they will be
 * when the request is sent again.
 */
export function payoutFacts(
  payout: Payout | NewPayout,
  { amount, destinationCurrency }: Pick<PayoutRequest, "amount" | "destinationCurrency"> = {},
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
