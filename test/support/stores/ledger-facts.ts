import { randomUUIDv7 } from "node:crypto";
import type { LinkSecrets, NewLink, NewPayout } from "../../../src/core/payout.ts";
import type { Intent, Outcome, PayoutUpdate } from "../../../src/ledger/ledger.ts";

/** A reply as it might be stored: not text. */
export const reply = new Uint8Array([0, 1, 2, 255]);

/** The outcome of an attempt that was answered. */
export function done(change?: PayoutUpdate): Outcome {
  return change ? { state: "DONE", reply, change } : { state: "DONE", reply };
}

/** Whose payouts tests make, unless they say otherwise. */
export const scope = { tenantId: "tenant", merchantId: "merchant" };

/** An operation about to be sent, of a payout not seen before. */
export function anIntent(given: Partial<Intent> = {}): Intent {
  const attemptId = randomUUIDv7();
  return {
    scope,
    attemptId,
    operation: "createLink",
    dedupeKey: `identity-${attemptId}`,
    requestHash: "requestHash",
    fieldHashes: { amount: "hash-1", description: "hash-2" },
    initiator: "caller",
    startedAtMs: 1_000,
    lease: { owner: "one", untilMs: 31_000 },
    payout: { create: aPayout() },
    ...given,
  };
}

/** A link to write down. */
export function aLink(given: Partial<NewLink & LinkSecrets> = {}): NewLink & LinkSecrets {
  return {
    tokenHash: randomUUIDv7(),
    keyId: "key-1",
    generation: 3,
    expiresAtMs: 99_000,
    options: new Uint8Array([7, 0, 7]),
    credentials: new Uint8Array([1, 2, 3]),
    metadataKeys: [],
    ...given,
  };
}

/** A payout to write down. */
export function aPayout(given: Partial<NewPayout> = {}): NewPayout {
  const id = randomUUIDv7();
  return {
    id,
    merchantPayoutId: `order-${id}`,
    connector: "sandbox",
    connectorPayoutId: undefined,
    status: 0,
    amountMinor: 1_000n,
    currency: "USD",
    destinationCurrency: "EUR",
    link: undefined,
    ...given,
  };
}
