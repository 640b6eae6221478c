import { mayAskAgain } from "../../core/link-state.ts";
import type { LinkRecord, NewToken, Payout, Scope } from "../../core/payout.ts";
import { payoutStatus } from "../../core/status.ts";
import { linkSql } from "../sql/link-sql.ts";
import { number, readPayout } from "../sql/rows.ts";
import { sql } from "../sql/sql.ts";
import { findLinkById } from "./find.ts";
import { commitWith, fetchBatch, fetchRows, query, type Transaction } from "./transaction.ts";
import { changePayout } from "./update-payout.ts";

/** How many tries at a claim code there are, before there is none for a while. */
export const CODE_GUESSES = 5;
/** How long there is none, in milliseconds. */
export const CODE_LOCK_MS = 15 * 60 * 1000;

/** {@link LinkStore.markOpened}. */
export function* markOpened(payoutId: string, nowMs: number): Transaction<void> {
  yield* commitWith([query(linkSql.markOpened, payoutId, nowMs)]);
}

/** {@link LinkStore.reopenLink}. */
export function* reopenLink(payoutId: string, seenVersion: number, nowMs: number): Transaction<Payout> {
  const [[row], [openAttempt]] = yield* fetchBatch([
    query(sql.lockPayout, payoutId),
    query(sql.openAttempt, payoutId),
  ]);
  if (!row) throw new Error(`There is no payout ${payoutId}.`);
  const current = readPayout(row);
  if (openAttempt || current.version !== seenVersion || !mayAskAgain(current, nowMs)) return current;
  const change = { status: payoutStatus.REQUIRES_PAYOUT_METHOD_DATA, linkState: "ACTIVE" } as const;
  const { payout, queries } = changePayout(current, change, "newClaimRound", nowMs, "nothing");
  yield* commitWith(queries);
  return payout;
}

/** {@link LinkStore.takeCodeGuess}. */
export function* takeCodeGuess(
  payoutId: string,
  nowMs: number,
): Transaction<{ readonly isAllowed: boolean; readonly lockedUntilMs: number }> {
  const [[taken], [current]] = yield* commitWith([
    query(linkSql.takeCodeGuess, payoutId, CODE_GUESSES, nowMs, nowMs + CODE_LOCK_MS),
    query(linkSql.lockedUntil, payoutId),
  ]);
  if (!current) throw new Error(`There is no payout ${payoutId}.`);
  return { isAllowed: taken !== undefined, lockedUntilMs: number(current, "link_locked_until_ms") };
}

/** {@link LinkStore.resetCodeGuesses}. */
export function* resetCodeGuesses(payoutId: string): Transaction<void> {
  yield* commitWith([query(linkSql.resetCodeGuesses, payoutId)]);
}

/** {@link LinkStore.replaceToken}. */
export function* replaceToken(
  scope: Scope,
  payoutId: string,
  { tokenHash, keyId, generation }: NewToken,
  nowMs: number,
): Transaction<LinkRecord | undefined> {
  const { tenantId, merchantId } = scope;
  const params = [tenantId, merchantId, payoutId, tokenHash, keyId, generation, nowMs] as const;
  const [row] = yield* fetchRows(linkSql.replaceToken, ...params);
  return row && (yield* findLinkById(scope, payoutId));
}
