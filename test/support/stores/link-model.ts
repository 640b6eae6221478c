import { linkStateAt } from "../../../src/core/link-state.ts";
import type { LinkRecord, NewToken, PaymentAttempt, Payout, Scope } from "../../../src/core/payout.ts";
import { PayoutEnums_PayoutStatus } from "../../../src/gen/types/payout_pb.ts";
import type { LinkList, LinkQuery } from "../../../src/ledger/ledger.ts";
import { CODE_GUESSES, CODE_LOCK_MS } from "../../../src/ledger/transactions/links.ts";
import { LedgerModel } from "./ledger-model.ts";
import { paymentsOf } from "./payment-model.ts";

interface Tries {
  readonly taken: number;
  readonly lockedUntilMs: number;
}

/** {@link LedgerModel} with what is asked of links. */
export class LinkModel extends LedgerModel {
  readonly #tries = new Map<string, Tries>();

  findLink(tokenHash: string): LinkRecord | undefined {
    const found = [...this.payouts.values()].find(({ link }) => link?.tokenHash === tokenHash);
    return found && this.#record(found);
  }

  findLinkById(scope: Scope, payoutId: string): LinkRecord | undefined {
    const found = this.payouts.get(payoutId);
    return found && isOf(found, scope) ? this.#record(found) : undefined;
  }

  markOpened(payoutId: string): void {
    const payout = this.payouts.get(payoutId);
    if (payout?.link && payout.link.openedAtMs === undefined)
      this.payouts.set(payoutId, { ...payout, link: { ...payout.link, openedAtMs: this.now() } });
  }

  reopenLink(payoutId: string, seenVersion: number): Payout {
    const payout = this.payout(payoutId);
    const { link, status, version } = payout;
    const isLive = link?.state === "ACTIVE" || link?.state === "CLAIMED";
    const mayReenter = status === PayoutEnums_PayoutStatus.FAILED && isLive && link.expiresAtMs > this.now();
    if (!mayReenter || version !== seenVersion || this.#openAttempt(payoutId)) return payout;
    const change = {
      status: PayoutEnums_PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA,
      linkState: "ACTIVE",
    } as const;
    this.change(payoutId, change, "newClaimRound");
    return this.payout(payoutId);
  }

  takeCodeGuess(payoutId: string): { readonly isAllowed: boolean; readonly lockedUntilMs: number } {
    const { link } = this.payout(payoutId);
    const { taken, lockedUntilMs } = this.#tries.get(payoutId) ?? { taken: 0, lockedUntilMs: 0 };
    const isLocked = taken >= CODE_GUESSES && lockedUntilMs > this.now();
    if (!link || isLocked) return { isAllowed: false, lockedUntilMs };
    const now = taken >= CODE_GUESSES ? 1 : taken + 1;
    const after = { taken: now, lockedUntilMs: now === CODE_GUESSES ? this.now() + CODE_LOCK_MS : 0 };
    this.#tries.set(payoutId, after);
    return { isAllowed: true, lockedUntilMs: after.lockedUntilMs };
  }

  resetCodeGuesses(payoutId: string): void {
    this.#tries.delete(payoutId);
  }

  findCredentials(payoutId: string): Uint8Array | undefined {
    return this.secrets.get(payoutId)?.credentials;
  }

  replaceToken(scope: Scope, payoutId: string, token: NewToken): LinkRecord | undefined {
    const payout = this.payouts.get(payoutId);
    if (!payout?.link || !isOf(payout, scope) || payout.link.generation !== token.generation - 1)
      return undefined;
    const link = { ...payout.link, ...token };
    this.payouts.set(payoutId, { ...payout, link, updatedAtMs: this.now(), version: payout.version + 1 });
    return this.findLinkById(scope, payoutId);
  }

  listLinks(query: LinkQuery): LinkList {
    const { scope, after, limit } = query;
    const links = [...this.payouts.values()]
      .filter((each) => isOf(each, scope) && this.#matches(each, query))
      .filter((each) => !after || isOlder(each, { createdAtMs: after.createdAtMs, id: after.payoutId }))
      .toSorted((one, other) => (isOlder(one, other) ? 1 : -1))
      .flatMap((each) => this.#record(each) ?? []);
    const page = links.slice(0, limit);
    const last = links.length > limit ? page.at(-1)?.payout : undefined;
    return { links: page, next: last && { createdAtMs: last.createdAtMs, payoutId: last.id } };
  }

  listPaymentAttempts(scope: Scope, payoutId: string): readonly PaymentAttempt[] {
    return paymentsOf(this.held, payoutId)
      .filter((each) => each.scope.tenantId === scope.tenantId && each.scope.merchantId === scope.merchantId)
      .map(({ attempt, methodKind, payoutStatus, reason, connectorPayoutId, updatedAtMs }) => ({
        attempt,
        methodKind,
        payoutStatus,
        reason,
        connectorPayoutId,
        updatedAtMs,
      }));
  }

  #matches(payout: Payout, query: LinkQuery): boolean {
    const { states, connector, merchantPayoutIdPrefix, createdFromMs, createdBeforeMs, metadataKey } = query;
    const state = linkStateAt(payout, this.now());
    return (
      state !== undefined &&
      (states.length === 0 || states.includes(state)) &&
      (connector === undefined || payout.connector === connector) &&
      (!merchantPayoutIdPrefix || payout.merchantPayoutId?.startsWith(merchantPayoutIdPrefix) === true) &&
      (createdFromMs === undefined || payout.createdAtMs >= createdFromMs) &&
      (createdBeforeMs === undefined || payout.createdAtMs < createdBeforeMs) &&
      (metadataKey === undefined || this.secrets.get(payout.id)?.metadataKeys.includes(metadataKey) === true)
    );
  }

  #record(payout: Payout): LinkRecord | undefined {
    const { link, id } = payout;
    if (!link) return undefined;
    return {
      payout: { ...payout, link },
      paymentAttempts: paymentsOf(this.held, id).length,
      openAttempt: this.#openAttempt(id),
    };
  }

  #openAttempt(payoutId: string) {
    const attempts = [...this.held.values()].map(({ attempt }) => attempt);
    return attempts.find((each) => each.payoutId === payoutId && each.state !== "DONE");
  }
}

function isOf({ scope }: Payout, { tenantId, merchantId }: Scope): boolean {
  return scope.tenantId === tenantId && scope.merchantId === merchantId;
}

function isOlder(
  one: Pick<Payout, "createdAtMs" | "id">,
  other: Pick<Payout, "createdAtMs" | "id">,
): boolean {
  return one.createdAtMs < other.createdAtMs || (one.createdAtMs === other.createdAtMs && one.id < other.id);
}
