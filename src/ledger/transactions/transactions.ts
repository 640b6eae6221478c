import { sql } from "../sql/sql.ts";
import { applyUpdate, complete, release, renew, takeOver } from "./complete.ts";
import {
  findAttempt,
  findCredentials,
  findLink,
  findLinkById,
  findPayout,
  listPaymentAttempts,
} from "./find.ts";
import { markOpened, reopenLink, replaceToken, resetCodeGuesses, takeCodeGuess } from "./links.ts";
import { scanLinks } from "./list-links.ts";
import { open, openNew, record, recordNew } from "./open.ts";
import { fetchRows, type Transaction } from "./transaction.ts";

/** Every transaction, by the name of the {@link Ledger} method that asks for it; `listLinks` asks for `scanLinks`. */
export const transactions = {
  open,
  record,
  complete,
  release,
  takeOver,
  renew,
  findAttempt,
  findPayout,
  applyUpdate,
  findLink,
  findLinkById,
  markOpened,
  reopenLink,
  takeCodeGuess,
  resetCodeGuesses,
  findCredentials,
  replaceToken,
  scanLinks,
  listPaymentAttempts,
  *ping(): Transaction<void> {
    yield* fetchRows(sql.ping);
  },
} as const;

/** Short forms for what is nearly always the case. They fail where it is not, and undefined says that it cannot be. */
const shortcuts: {
  readonly [N in TransactionName]?: (
    ...input: TransactionInput<N>
  ) => Transaction<TransactionResult<N>> | undefined;
} = { open: openNew, record: recordNew };

export type TransactionName = keyof typeof transactions;

/** What a transaction is given. */
export type TransactionInput<N extends TransactionName> = Parameters<(typeof transactions)[N]>;

/** What a transaction returns. */
export type TransactionResult<N extends TransactionName> =
  ReturnType<(typeof transactions)[N]> extends Transaction<infer T> ? T : never;

/** Begins a transaction by name, for an engine that carries it out. `run` is 1 at first; only then a short form is tried. */
export function begin<N extends TransactionName>(
  name: N,
  input: TransactionInput<N>,
  run: number,
): Transaction<TransactionResult<N>> {
  const short = run === 1 ? shortcuts[name]?.(...input) : undefined;
  if (short) return short;
  const transaction = transactions[name] as (
    ...input: TransactionInput<N>
  ) => Transaction<TransactionResult<N>>;
  return transaction(...input);
}
