import type { Commit } from "../engine.ts";
import type { TransactionInput, TransactionName } from "../transactions/transactions.ts";

/** What the SQLite thread is started with. */
export interface SqliteStart {
  /** Absolute path of a file that exists. */
  readonly path: string;
  readonly nowMs: number;
}

/** A transaction on its way to the SQLite thread. */
export interface SqliteJob {
  readonly id: number;
  readonly name: TransactionName;
  readonly input: TransactionInput<TransactionName>;
  readonly commit: Commit;
}

/** What came of a job. */
export type SqliteAnswer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: SqliteError };

/** An error, as it crosses between threads. */
export interface SqliteError {
  readonly message: string;
  /** SQLite's primary result code, where the store failed; absent where the transaction itself threw. */
  readonly code?: number;
}

/** To the thread: jobs, or the word to end. */
export type ToSqlite = { readonly jobs: readonly SqliteJob[] } | "close";

/** From the thread: that it is ready or never will be, or answers to a batch of jobs. */
export type FromSqlite =
  | "ready"
  | { readonly failed: SqliteError }
  | { readonly answers: readonly SqliteAnswer[] };
