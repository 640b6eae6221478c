import { isDeepStrictEqual } from "node:util";
import { endStates, linkStateAt } from "../../../src/core/link-state.ts";
import type { Attempt, Existing, Lease, Link, NewLink, Payout, Scope } from "../../../src/core/payout.ts";
import { mayFollow, type StatusSource, sourceOf } from "../../../src/core/status.ts";
import type {
  AttemptQuery,
  CompleteOptions,
  Intent,
  Opened,
  Outcome,
  PayoutIds,
  PayoutUpdate,
} from "../../../src/ledger/ledger.ts";
import { type Held, isPayment, lastPayment, tell } from "./payment-model.ts";

interface Key {
  readonly attemptId: string;
  readonly expiresAtMs: number;
}

const isSame = (one: Scope, other: Scope): boolean =>
  one.tenantId === other.tenantId && one.merchantId === other.merchantId;

/**
 * What a ledger should do, without SQL, transactions or a disk: four maps and a list, one caller at a time. Payouts given
 * to `record` begin UNSPECIFIED.
 */
export class LedgerModel {
  readonly payouts = new Map<string, Payout>();
  /** Every status change: payout, from, to. */
  readonly events: (readonly [string, number, number])[] = [];
  /** By the attempt's id. */
  readonly held = new Map<string, Held>();
  /** What was written with links, by payout; credentials are gone once the link has ended. */
  readonly secrets = new Map<string, { credentials?: Uint8Array; metadataKeys: readonly string[] }>();
  readonly #keys = new Map<string, Key>();
  readonly #formerIds = new Map<string, Set<string>>();
  readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  open(intent: Intent): Opened {
    const { scope, operation, dedupeKey, idempotencyKey } = intent;
    const earlier = this.findAttempt({ scope, operation, dedupeKey, idempotencyKey: idempotencyKey?.key });
    if (earlier) {
      if (earlier.via === "dedupeKey") this.#remember(intent, earlier.attempt.id);
      return { kind: "existing", ...earlier };
    }
    const obstacle = this.#obstacle(intent);
    if (obstacle) return obstacle;
    const payout = this.#place(intent);
    const { attemptId: id, requestHash, fieldHashes, startedAtMs, lease } = intent;
    const facts = {
      id,
      payoutId: payout?.id,
      operation,
      dedupeKey,
      requestHash,
      fieldHashes,
      initiator: intent.initiator,
      startedAtMs,
      lease,
    };
    const attempt: Attempt = { ...facts, state: "SENDING", sendCount: 1, reply: undefined };
    this.held.set(id, {
      attempt,
      scope,
      statusBefore: payout?.status,
      methodKind: intent.methodKind,
      payoutStatus: undefined,
      reason: undefined,
      connectorPayoutId: undefined,
      updatedAtMs: this.now(),
    });
    this.#remember(intent, id);
    return { kind: "opened", ...this.#existing(attempt) };
  }

  record(intent: Intent, outcome: Outcome): Opened {
    const opened = this.open(intent);
    if (opened.kind !== "opened") return opened;
    const attempt = this.complete(opened.attempt.id, outcome);
    const isNew = intent.payout && "create" in intent.payout && intent.payout.create.id === attempt.payoutId;
    const payout = this.payouts.get(attempt.payoutId ?? "");
    if (isNew && payout) this.payouts.set(payout.id, { ...payout, version: 1 });
    return { kind: "opened", ...this.#existing(attempt) };
  }

  complete(attemptId: string, outcome: Outcome, _options?: CompleteOptions): Attempt {
    const held = this.#attempt(attemptId);
    if (held.attempt.state === "DONE") return held.attempt;
    const { lease } = held.attempt;
    const attempt: Attempt = {
      ...held.attempt,
      state: outcome.state,
      lease: { ...lease, untilMs: Math.min(lease.untilMs, this.now()) },
      reply: outcome.state === "DONE" ? outcome.reply : undefined,
    };
    this.held.set(attemptId, { ...held, attempt, updatedAtMs: this.now() });
    if (attempt.payoutId === undefined) return attempt;
    const pays = isPayment(attempt.operation);
    const ended = outcome.state === "DONE" ? attemptId : undefined;
    const told = pays ? ended : lastPayment(this.held, attempt.payoutId);
    this.change(attempt.payoutId, outcome.change ?? {}, sourceOf(held.statusBefore), told, pays);
    return attempt;
  }

  release(attemptId: string): boolean {
    const attempt = this.held.get(attemptId)?.attempt;
    if (attempt?.state !== "SENDING" || attempt.sendCount > 1) return false;
    this.held.delete(attemptId);
    for (const [name, key] of this.#keys) if (key.attemptId === attemptId) this.#keys.delete(name);
    const payout = this.payouts.get(attempt.payoutId ?? "");
    const isUsed = [...this.held.values()].some((each) => each.attempt.payoutId === payout?.id);
    if (!payout || payout.version > 1 || isUsed) return true;
    this.payouts.delete(payout.id);
    this.secrets.delete(payout.id);
    const kept = this.events.filter(([payoutId]) => payoutId !== payout.id);
    this.events.splice(0, Number.POSITIVE_INFINITY, ...kept);
    return true;
  }

  takeOver(attemptId: string, lease: Lease): Attempt | undefined {
    const held = this.held.get(attemptId);
    if (!held || held.attempt.state === "DONE" || held.attempt.lease.untilMs > this.now()) return undefined;
    const attempt: Attempt = {
      ...held.attempt,
      state: "SENDING",
      sendCount: held.attempt.sendCount + 1,
      lease,
    };
    this.held.set(attemptId, { ...held, attempt, updatedAtMs: this.now() });
    return attempt;
  }

  applyUpdate(payoutId: string, change: PayoutUpdate): Payout {
    this.change(payoutId, change, "update", lastPayment(this.held, payoutId));
    return this.payout(payoutId);
  }

  findAttempt(query: AttemptQuery): (Existing & { via: "key" | "dedupeKey" }) | undefined {
    const { scope, operation, idempotencyKey, dedupeKey } = query;
    const key = this.#keys.get(nameOf(scope, operation, idempotencyKey ?? ""));
    const byKey = key && key.expiresAtMs > this.now() ? this.held.get(key.attemptId) : undefined;
    if (byKey) return { via: "key", ...this.#existing(byKey.attempt) };
    const byIdentity = [...this.held.values()].find(
      (each) =>
        isSame(each.scope, scope) &&
        each.attempt.operation === operation &&
        each.attempt.dedupeKey === dedupeKey,
    );
    return byIdentity && { via: "dedupeKey", ...this.#existing(byIdentity.attempt) };
  }

  findPayout(
    scope: Scope,
    { id, merchantPayoutId, connector, connectorPayoutId }: PayoutIds,
  ): Payout | undefined {
    const own = [...this.payouts.values()].filter((each) => isSame(each.scope, scope));
    const newest = own.toSorted(
      (one, other) => other.createdAtMs - one.createdAtMs || (one.id < other.id ? 1 : -1),
    );
    const byConnector = newest.filter((each) => each.connector === connector);
    const named = own.find(
      (each) => merchantPayoutId !== undefined && each.merchantPayoutId === merchantPayoutId,
    );
    const found =
      named ??
      own.find((each) => each.id === id) ??
      byConnector.find(
        (each) => connectorPayoutId !== undefined && each.connectorPayoutId === connectorPayoutId,
      ) ??
      byConnector.find((each) => this.#formerIds.get(each.id)?.has(connectorPayoutId ?? ""));
    const isNamedOtherwise = merchantPayoutId !== undefined && found?.merchantPayoutId !== undefined;
    return named ?? (isNamedOtherwise ? undefined : found);
  }

  #obstacle({ scope, payout, beforeLinkEnds }: Intent): Opened | undefined {
    if (!payout) return undefined;
    const own = [...this.payouts.values()].filter((each) => isSame(each.scope, scope));
    if ("create" in payout) {
      const { merchantPayoutId } = payout.create;
      const isTaken = own.some(
        (each) => merchantPayoutId !== undefined && each.merchantPayoutId === merchantPayoutId,
      );
      return isTaken ? { kind: "changed" } : undefined;
    }
    const existing = own.find(({ id }) => id === payout.id);
    if (existing?.version !== payout.version) return { kind: "changed" };
    const state = linkStateAt(existing, this.now());
    const isOver = state === undefined || endStates.has(state);
    if (beforeLinkEnds && isOver) return { kind: "changed" };
    const others = [...this.held.values()].map(({ attempt }) => attempt);
    const openAttempt = others.find((each) => each.payoutId === payout.id && each.state !== "DONE");
    return openAttempt && { kind: "busy", attempt: openAttempt };
  }

  #place({ scope, payout, startedAtMs }: Intent): Payout | undefined {
    if (!payout) return undefined;
    if ("id" in payout) return this.payout(payout.id);
    const { create } = payout;
    const link = create.link && asMade(create.link);
    if (create.link) this.secrets.set(create.id, { ...create.link });
    const times = { createdAtMs: startedAtMs, updatedAtMs: this.now() };
    const made = { ...create, scope, link, ...times, version: 1 };
    this.payouts.set(made.id, made);
    if (made.status !== 0) this.events.push([made.id, 0, made.status]);
    return made;
  }

  /** Changes a payout, and tells the payment that the change is about, if any: always where it is how the payment ended. */
  change(
    payoutId: string,
    change: PayoutUpdate,
    source: StatusSource,
    payment?: string,
    isEnd = false,
  ): void {
    const { status = 0, connectorPayoutId } = change;
    const before = this.payout(payoutId);
    const isLate = status !== 0 && status !== before.status && !mayFollow(before.status, status, source);
    const after = { ...before };
    if (connectorPayoutId && !(isLate && before.connectorPayoutId))
      Object.assign(after, { connectorPayoutId });
    for (const id of [before.connectorPayoutId, connectorPayoutId])
      if (id !== undefined && id !== after.connectorPayoutId) this.#formerly(payoutId, id);
    for (const blank of ["amountMinor", "currency", "destinationCurrency"] as const)
      if (before[blank] === undefined) Object.assign(after, { [blank]: change[blank] });
    if (status !== 0 && !isLate) Object.assign(after, { status });
    if (before.link && !isLate) after.link = this.#linkAfter(before.link, change, source);
    const isNew = !isDeepStrictEqual(after, before);
    const facts = isLate ? {} : change;
    if (isNew || isEnd || facts.reason !== undefined)
      tell(this.held, payment, { ...facts, status: after.status }, this.now());
    if (!isNew) return;
    if (after.link && endStates.has(after.link.state)) delete this.secrets.get(payoutId)?.credentials;
    this.payouts.set(payoutId, { ...after, version: before.version + 1, updatedAtMs: this.now() });
    if (after.status !== before.status) this.events.push([payoutId, before.status, after.status]);
  }

  #linkAfter(before: Link, change: PayoutUpdate, source: StatusSource): Link {
    const { linkState: state = before.state, linkExpiresAtMs: expiresAtMs = before.expiresAtMs } = change;
    const claimRound = before.claimRound + (source === "newClaimRound" ? 1 : 0);
    const link = { ...before, state, expiresAtMs, claimRound };
    if (state === before.state) return link;
    const nowMs = this.now();
    if (state === "ACTIVE") return { ...link, completedAtMs: undefined };
    if (state === "CLAIMED") return { ...link, claimedAtMs: nowMs };
    if (state !== "COMPLETED") return link;
    const claimedAtMs = before.state === "ACTIVE" ? nowMs : (before.claimedAtMs ?? nowMs);
    return { ...link, claimedAtMs, completedAtMs: nowMs };
  }

  #formerly(payoutId: string, connectorPayoutId: string): void {
    this.#formerIds.set(payoutId, new Set(this.#formerIds.get(payoutId)).add(connectorPayoutId));
  }

  #remember({ scope, operation, idempotencyKey }: Intent, attemptId: string): void {
    if (!idempotencyKey) return;
    const { key, expiresAtMs } = idempotencyKey;
    this.#keys.set(nameOf(scope, operation, key), { attemptId, expiresAtMs });
  }

  #existing(attempt: Attempt): Existing {
    return { attempt, payout: this.payouts.get(attempt.payoutId ?? "") };
  }

  #attempt(id: string): Held {
    const held = this.held.get(id);
    if (!held) throw new Error(`There is no attempt ${id}.`);
    return held;
  }

  payout(id: string): Payout {
    const payout = this.payouts.get(id);
    if (!payout) throw new Error(`There is no payout ${id}.`);
    return payout;
  }
}

function asMade({ tokenHash, keyId, generation, expiresAtMs, options }: NewLink): Link {
  const times = { openedAtMs: undefined, claimedAtMs: undefined, completedAtMs: undefined };
  const made = { tokenHash, keyId, generation, expiresAtMs, options, hosted: undefined };
  return { ...made, ...times, state: "ACTIVE", claimRound: 1 };
}

function nameOf({ tenantId, merchantId }: Scope, operation: string, key: string): string {
  return JSON.stringify([tenantId, merchantId, operation, key]);
}
