import { randomUUIDv7 } from "node:crypto";
import { currencyCode } from "../../connector/contract.ts";
import { methodKindOf } from "../../core/methods.ts";
import { operations } from "../../core/operations.ts";
import type { NewPayout, Payout } from "../../core/payout.ts";
import { payoutStatus } from "../../core/status.ts";
import type { LinkOptions } from "../../gen/sluice/v1/link_pb.ts";
import type { AttemptQuery, Intent } from "../../ledger/ledger.ts";
import type { Dependencies } from "../dependencies.ts";
import { newLink } from "../payout-link.ts";
import type { Command } from "./command.ts";
import { dedupeKeyOf, hashRequest, noHash } from "./idempotency.ts";

/** A command made ready to be sent, or to be recognised as one that was sent before. */
export interface Plan {
  readonly command: Command;
  /** The payout that the command is about: one that is there, one that is written down with the attempt, or none. */
  readonly payout: Payout | NewPayout | undefined;
  /** The attempt, as it is written down before anything is sent. */
  readonly intent: Intent;
  /** How an earlier attempt is found; undefined where the caller gave nothing to find one by. */
  readonly query: AttemptQuery | undefined;
}

/** How long an `idempotency-key` is kept: 30 days, in milliseconds. */
const KEY_KEPT_MS = 30 * 24 * 60 * 60 * 1000;

/** Plans a command: names its attempt, so that a repeat is recognised, and the payout that it makes. */
export function planFor(deps: Pick<Dependencies, "keys" | "leases" | "now">, command: Command): Plan {
  const { operation, request, route, initiator, payout, claim } = command;
  const { idempotencyKey, scope } = route;
  const attemptId = randomUUIDv7();
  const nowMs = deps.now();
  const requestHash = isCompared(command) ? hashRequest(command, deps.keys.current) : noHash;
  const dedupeKey = dedupeKeyOf(command, requestHash);
  const made = payout ? undefined : newPayout(deps, command, nowMs);
  const given = request.payoutMethodData;
  const methodKind = claim?.methodKind ?? (given && methodKindOf(given));
  const intent: Intent = {
    scope,
    attemptId,
    operation,
    initiator,
    dedupeKey: dedupeKey ?? `attempt:${attemptId}`,
    ...(idempotencyKey !== undefined && {
      idempotencyKey: { key: idempotencyKey, expiresAtMs: nowMs + KEY_KEPT_MS },
    }),
    requestHash: requestHash.whole,
    fieldHashes: requestHash.fields,
    startedAtMs: nowMs,
    lease: deps.leases.begin(),
    payout: made ? { create: made } : intendedPayout(command),
    ...(claim && { beforeLinkEnds: true }),
    ...(methodKind !== undefined && { methodKind }),
  };
  const isRepeatable = dedupeKey !== undefined || idempotencyKey !== undefined;
  const query = isRepeatable ? { scope, operation, idempotencyKey, dedupeKey } : undefined;
  return { command, payout: payout ?? made, intent, query };
}

/** The payout of a plan, where it is written down with the attempt. */
export function payoutMadeBy({ intent }: Plan): NewPayout | undefined {
  return intent.payout && "create" in intent.payout ? intent.payout.create : undefined;
}

/** Void has one meaning, whatever else is in the request. What has no name and no key can never be repeated. */
function isCompared({ operation, request, route, payout }: Command): boolean {
  const hasName = Boolean(payout ?? request.merchantPayoutId ?? request.merchantQuoteId);
  return operation !== "void" && (hasName || route.idempotencyKey !== undefined);
}

/** A quote belongs to no payout. */
function intendedPayout({ operation, payout }: Command): Intent["payout"] {
  return payout && operation !== "stage" ? { id: payout.id, version: payout.version } : undefined;
}

function newPayout(
  deps: Pick<Dependencies, "keys">,
  { operation, request, route }: Command,
  nowMs: number,
): NewPayout | undefined {
  if (operation === "stage" || operation === "void") return undefined;
  const id = randomUUIDv7();
  const { amount, destinationCurrency, merchantPayoutId, linkOptions } = request;
  const expiresAtMs = nowMs + lifetimeMs(linkOptions);
  const link = { options: linkOptions, expiresAtMs, credentials: route.config };
  return {
    id,
    merchantPayoutId,
    connector: route.connector.name,
    connectorPayoutId: undefined,
    // What only makes ready for a payout leaves it to be made, however that ends.
    status: operations[operation].failsPayout ? payoutStatus.PENDING : payoutStatus.REQUIRES_CREATION,
    amountMinor: amount?.minorAmount,
    currency: amount && currencyCode(amount.currency),
    destinationCurrency: destinationCurrency ? currencyCode(destinationCurrency) : undefined,
    link: operation === "createLink" ? newLink(deps, id, link) : undefined,
  };
}

/** How long a link lasts where the caller says nothing: seven days, in milliseconds. */
const DEFAULT_LIFETIME_MS = 7 * 24 * 60 * 60 * 1000;

/** How long the link is to last, in milliseconds. */
export function lifetimeMs(options: LinkOptions | undefined): number {
  return options?.expiresIn ? Number(options.expiresIn.seconds) * 1000 : DEFAULT_LIFETIME_MS;
}
