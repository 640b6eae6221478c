import { mayAskAgain } from "../../core/link-state.ts";
import type { LinkRecord, NewToken, Payout, Scope } from "../../core/payout.ts";
import { payoutStatus } from "../../core/status.ts";
import { linkSql } from "../sql/link-sql.ts";
import { number, readPayout } from "../sql/rows.ts";
import { sql } from "../sql/sql.ts";
import { findLinkById } from "./link-finding.ts";
import { changePayout } from "./payout-writes.ts";
import { ask, askAll, askLast, query, type Unit } from "./unit.ts";

/** How many tries at a claim code there are, before there is none for a while. */
export const CODE_TRIES = 5;
/** How long there is none, in milliseconds. */
export const CODE_LOCK_MS = 15 * 60 * 1000;

/** {@link Ledger.markOpened}. */
export function* markOpened(payoutId: string, nowMs: number): Unit<void> {
  yield* askLast([query(linkSql.markOpened, payoutId, nowMs)]);
}

/** {@link Ledger.reopenLink}. */
export function* reopenLink(payoutId: string, seenVersion: number, nowMs: number): Unit<Payout> {
  const [[row], [unsettled]] = yield* askAll([
    query(sql.lockPayout, payoutId),
    query(sql.unsettledAttempt, payoutId),
  ]);
  if (!row) throw new Error(`There is no payout ${payoutId}.`);
  const standing = readPayout(row);
  if (unsettled || standing.version !== seenVersion || !mayAskAgain(standing, nowMs)) return standing;
  const change = { status: payoutStatus.REQUIRES_PAYOUT_METHOD_DATA, linkState: "ACTIVE" } as const;
  const { payout, queries } = changePayout(standing, change, "reentry", nowMs, "nothing");
  yield* askLast(queries);
  return payout;
}

/** {@link Ledger.takeCodeGuess}. */
export function* takeCodeGuess(
  payoutId: string,
  nowMs: number,
): Unit<{ readonly isAllowed: boolean; readonly lockedUntilMs: number }> {
  const [[taken], [standing]] = yield* askLast([
    query(linkSql.takeCodeGuess, payoutId, CODE_TRIES, nowMs, nowMs + CODE_LOCK_MS),
    query(linkSql.lockedUntil, payoutId),
  ]);
  if (!standing) throw new Error(`There is no payout ${payoutId}.`);
  return { isAllowed: taken !== undefined, lockedUntilMs: number(standing, "link_locked_until_ms") };
}

/** {@link Ledger.resetCodeGuesses}. */
export function* resetCodeGuesses(payoutId: string): Unit<void> {
  yield* askLast([query(linkSql.resetCodeGuesses, payoutId)]);
}

/** {@link Ledger.replaceToken}. */
export function* replaceToken(
  scope: Scope,
  payoutId: string,
  { tokenHash, keyId, generation }: NewToken,
  nowMs: number,
): Unit<LinkRecord | undefined> {
  const { tenantId, merchantId } = scope;
  const params = [tenantId, merchantId, payoutId, tokenHash, keyId, generation, nowMs] as const;
  const [row] = yield* ask(linkSql.replaceToken, ...params);
  return row && (yield* findLinkById(scope, payoutId));
}
