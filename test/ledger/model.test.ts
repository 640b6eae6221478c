import { randomUUIDv7 } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Scope } from "../../src/core/payout.ts";
import type { Intent, Ledger, LinkQuery, Outcome, PayoutUpdate } from "../../src/ledger/ledger.ts";
import { aLink, anIntent, aPayout, reply } from "../support/stores/ledger-facts.ts";
import { type LedgerFixture, onEveryEngine } from "../support/stores/ledgers.ts";
import { LinkModel } from "../support/stores/link-model.ts";

/** One step of a random sequence. Numbers choose among few names, so that steps meet. */
const step = fc.record({
  unit: fc.constantFrom(
    "open",
    "open",
    "record",
    "complete",
    "complete",
    "release",
    "takeOver",
    "applyUpdate",
    "findAttempt",
    "findPayout",
    "findLink",
    "markOpened",
    "reopenLink",
    "reopenLink",
    "takeCodeGuess",
    "takeCodeGuess",
    "resetCodeGuesses",
    "findCredentials",
    "replaceToken",
    "listLinks",
    "listPaymentAttempts",
  ),
  tenant: fc.nat(1),
  operation: fc.constantFrom(0, 1, 1),
  identity: fc.nat(3),
  key: fc.option(fc.nat(2), { nil: undefined }),
  merchantPayoutId: fc.option(fc.nat(2), { nil: undefined }),
  payoutKind: fc.constantFrom("create", "create", "attach", "none"),
  status: fc.oneof(fc.nat(14), fc.constantFrom(2, 11)),
  amount: fc.constantFrom(undefined, 100n, 100n, 9_223_372_036_854_775_807n),
  currency: fc.constantFrom(undefined, "USD", "USD", "EUR"),
  connectorPayoutId: fc.option(fc.constantFrom("po_1", "po_2", "po_3"), { nil: undefined }),
  linkState: fc.option(fc.constantFrom("ACTIVE", "CLAIMED", "COMPLETED", "EXPIRED"), { nil: undefined }),
  linkExpiresAtMs: fc.constantFrom(undefined, undefined, undefined, 5, 1e15),
  metadataKeys: fc.constantFrom([], ["a"], ["a", "b"]),
  prefix: fc.constantFrom(undefined, undefined, "order", "order 1", "ord%", "order_1"),
  reason: fc.constantFrom(undefined, "INSUFFICIENT_FUNDS", "BLOCKED"),
  isDone: fc.boolean(),
  isStale: fc.nat(9).map((chance) => chance === 0),
  pick: fc.nat(100),
  leaseMs: fc.nat(20),
  passMs: fc.nat(10),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** What the sequence has made so far, to pick from. */
interface Made {
  readonly attempts: string[];
  readonly payouts: string[];
}

const settled = async (run: () => unknown): Promise<unknown> => {
  try {
    return await run();
  } catch {
    return "rejected";
  }
};

onEveryEngine((fixture) => {
  it("answers random sequences as the model does, and holds the same payouts and events", {
    timeout: 120_000,
  }, async () => {
    const sequences = fc.asyncProperty(fc.array(step, { maxLength: 40, size: "max" }), (steps) =>
      agree(fixture, steps),
    );
    // A failure prints the seed and the shortest sequence that shows it.
    await fc.assert(sequences, { numRuns: fixture.url.startsWith("sqlite") ? 250 : 60 });
  });
});

async function agree({ ledger, clock, rows }: LedgerFixture, steps: readonly Step[]): Promise<void> {
  // A merchant of its own makes each sequence begin with an empty ledger.
  const merchantId = randomUUIDv7();
  const model = new LinkModel(() => clock.ms);
  const made: Made = { attempts: [], payouts: [] };
  for (const each of steps) {
    clock.ms += each.passMs;
    const scope = { tenantId: `tenant ${each.tenant}`, merchantId };
    const unit = units[each.unit](each, scope, { nowMs: clock.ms, made, model });
    expect(await settled(() => unit(ledger))).toEqual(await settled(() => unit(model)));
  }
  for (const payout of model.payouts.values())
    expect(await ledger.findPayout(payout.scope, { id: payout.id })).toEqual(payout);
  for (const { id, scope } of model.payouts.values())
    expect(await ledger.listPaymentAttempts(scope, id)).toEqual(model.listPaymentAttempts(scope, id));
  const events = await rows(
    `select payout_id, from_status, to_status from event join payout on payout.id = payout_id
      where merchant_id = '${merchantId}' order by payout_id, payout_version`,
  );
  expect(events.map((row) => [row.payout_id, Number(row.from_status), Number(row.to_status)])).toEqual(
    model.events.toSorted(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0)),
  );
}

/** What a step asks, of the ledger and of the model alike. */
type Asked = (target: Ledger | LinkModel) => unknown;

/** Where the sequence stands. */
interface Stand {
  readonly nowMs: number;
  readonly made: Made;
  readonly model: LinkModel;
}

const units: Record<Step["unit"], (each: Step, scope: Scope, stand: Stand) => Asked> = {
  open(each, scope, stand) {
    const intent = intentOf(each, scope, stand);
    return (target) => target.open(intent);
  },
  record(each, scope, stand) {
    const intent = intentOf({ ...each, status: 0 }, scope, stand);
    return (target) => target.record(intent, outcomeOf(each));
  },
  complete(each, _scope, { made }) {
    return (target) =>
      target.complete(pick(made.attempts, each), outcomeOf(each), { durable: each.pick > 50 });
  },
  release(each, _scope, { made }) {
    return (target) => target.release(pick(made.attempts, each));
  },
  takeOver(each, _scope, { nowMs, made }) {
    const lease = { owner: `owner ${each.pick}`, untilMs: nowMs + each.leaseMs };
    return (target) => target.takeOver(pick(made.attempts, each), lease);
  },
  applyUpdate(each, _scope, { made }) {
    return (target) => target.applyUpdate(pick(made.payouts, each), changeOf(each));
  },
  findAttempt(each, scope) {
    const { operation, identity } = namesOf(each);
    const idempotencyKey = each.key === undefined ? undefined : `key ${each.key}`;
    return (target) => target.findAttempt({ scope, operation, dedupeKey: identity, idempotencyKey });
  },
  findPayout(each, scope, { made }) {
    const { connectorPayoutId } = each;
    const id = each.isDone ? undefined : pick(made.payouts, each);
    const ids = {
      ...(id && { id }),
      merchantPayoutId: merchantPayoutIdOf(each),
      connector: "sandbox",
      connectorPayoutId,
    };
    return (target) => target.findPayout(scope, ids);
  },
  findLink(each, scope, { made, model }) {
    const id = pick(made.payouts, each);
    const hash = model.payouts.get(id)?.link?.tokenHash ?? "nothing";
    return (target) => (each.isDone ? target.findLinkById(scope, id) : target.findLink(hash));
  },
  markOpened(each, _scope, { made }) {
    return (target) => target.markOpened(pick(made.payouts, each));
  },
  reopenLink(each, _scope, { made, model }) {
    const id = pick(made.payouts, each);
    const version = (model.payouts.get(id)?.version ?? 1) - (each.isStale ? 1 : 0);
    return (target) => target.reopenLink(id, version);
  },
  takeCodeGuess(each, _scope, { made }) {
    return (target) => target.takeCodeGuess(pick(made.payouts, each));
  },
  resetCodeGuesses(each, _scope, { made }) {
    return (target) => target.resetCodeGuesses(pick(made.payouts, each));
  },
  findCredentials(each, _scope, { made }) {
    return (target) => target.findCredentials(pick(made.payouts, each));
  },
  replaceToken(each, scope, { made, model }) {
    const id = pick(made.payouts, each);
    const generation = (model.payouts.get(id)?.link?.generation ?? 1) + (each.isStale ? 2 : 1);
    const token = { tokenHash: randomUUIDv7(), keyId: "key-2", generation };
    return (target) => target.replaceToken(scope, id, token);
  },
  listLinks(each, scope, stand) {
    const query = queryOf(each, scope, stand);
    return (target) => target.listLinks(query);
  },
  listPaymentAttempts(each, scope, { made }) {
    return (target) => target.listPaymentAttempts(scope, pick(made.payouts, each));
  },
};

function namesOf(each: Step): { operation: string; identity: string } {
  return { operation: each.operation === 0 ? "void" : "transfer", identity: `identity ${each.identity}` };
}

function merchantPayoutIdOf({ merchantPayoutId }: Step): string | undefined {
  return merchantPayoutId === undefined ? undefined : `order ${merchantPayoutId}`;
}

function intentOf(each: Step, scope: Scope, { nowMs, made, model }: Stand): Intent {
  const create = aPayout({
    merchantPayoutId: merchantPayoutIdOf(each),
    connectorPayoutId: each.connectorPayoutId,
    status: each.status,
    amountMinor: each.isDone ? each.amount : undefined,
    currency: each.isDone ? each.currency : undefined,
    destinationCurrency: each.isDone ? "EUR" : undefined,
    link: each.linkState && aLink({ metadataKeys: each.metadataKeys, expiresAtMs: linkEnd(each) }),
  });
  const id = pick(made.payouts, each);
  const version = (model.payouts.get(id)?.version ?? 1) - (each.isStale ? 1 : 0);
  const payouts = { create: { create }, attach: { id, version }, none: undefined };
  const intent = anIntent({
    ...namesOf(each),
    scope,
    startedAtMs: nowMs - each.pick,
    payout: payouts[each.payoutKind],
    lease: { owner: "owner", untilMs: nowMs + each.leaseMs },
    beforeLinkEnds: each.isDone,
    methodKind: each.operation,
    ...(each.key === undefined
      ? {}
      : { idempotencyKey: { key: `key ${each.key}`, expiresAtMs: nowMs + each.leaseMs } }),
  });
  made.attempts.push(intent.attemptId);
  if (each.payoutKind === "create") made.payouts.push(create.id);
  return intent;
}

/** Conditions that are chosen by what the step has besides. */
function queryOf(each: Step, scope: Scope, { nowMs, made, model }: Stand): LinkQuery {
  const place = model.payouts.get(pick(made.payouts, each));
  return {
    scope,
    states: each.linkState ? [each.linkState, "CANCELLED"] : [],
    connector: each.key === 0 ? "sandbox" : undefined,
    merchantPayoutIdPrefix: each.prefix,
    createdFromMs: each.key === 1 ? nowMs - each.pick : undefined,
    createdBeforeMs: each.key === 2 ? nowMs - each.pick : undefined,
    metadataKey: each.metadataKeys.at(-1),
    after: place && { createdAtMs: place.createdAtMs, payoutId: place.id },
    limit: 1 + (each.pick % 3),
  };
}

function linkEnd({ linkExpiresAtMs = 1e15 }: Step): number {
  return linkExpiresAtMs;
}

function outcomeOf(each: Step): Outcome {
  const change = changeOf(each);
  return each.isDone ? { state: "DONE", reply, change } : { state: "UNKNOWN", change };
}

function changeOf(each: Step): PayoutUpdate {
  const { status, connectorPayoutId, linkState, linkExpiresAtMs, amount, currency } = each;
  return {
    status,
    ...(connectorPayoutId && { connectorPayoutId }),
    ...(linkState && { linkState }),
    ...(linkExpiresAtMs && { linkExpiresAtMs }),
    ...(amount && { amountMinor: amount }),
    ...(currency && { currency, destinationCurrency: currency }),
    ...(each.reason && { reason: each.reason }),
  };
}

/** One of the last three, so that steps meet; now and then one that never was. */
function pick(from: readonly string[], { pick: index }: Step): string {
  return (index > 5 && from.slice(-3)[index % 3]) || "nobody";
}
