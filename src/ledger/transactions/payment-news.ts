import type { Attempt, Payout } from "../../core/payout.ts";
import type { Outcome } from "../ledger.ts";
import { sql } from "../sql/sql.ts";
import type { ChangedPayout } from "./payout-change.ts";
import { type Query, query } from "./unit.ts";

/** What a change of a payout is to a try to pay it: how that attempt ended, something heard since of the last one, or nothing. */
export type Telling = { readonly endOf: string } | "news" | "nothing";

const paying: ReadonlySet<string> = new Set(["create", "transfer"]);

/** What the outcome of an attempt is to the tries to pay. While nobody knows how a payment ended it says nothing. */
export function tellingOf(
  { id, operation }: Pick<Attempt, "id" | "operation">,
  outcome: Outcome | undefined,
): Telling {
  if (!outcome) return "nothing";
  if (!paying.has(operation)) return "news";
  return outcome.state === "DONE" ? { endOf: id } : "nothing";
}

/** Writes down with a try to pay what its payout has come to. Asked after the try itself is written. */
export function tellPayment(
  before: Payout | undefined,
  { payout, payment }: ChangedPayout,
  telling: Telling,
  nowMs: number,
): readonly Query[] {
  const isNew = payout !== before || payment.reason !== undefined;
  if (telling === "nothing" || (telling === "news" && !isNew)) return [];
  const { reason = null, connectorPayoutId = null } = payment;
  const attemptId = telling === "news" ? null : telling.endOf;
  const params = [payout.id, payout.status, reason, connectorPayoutId, nowMs, attemptId] as const;
  return [query(sql.changePayment, ...params)];
}
