import { LedgerUnavailable } from "../core/failure.ts";
import type { Ledger } from "./ledger.ts";
import { listLinks } from "./transactions/list-links.ts";
import type { TransactionInput, TransactionName, TransactionResult } from "./transactions/transactions.ts";

/**
 * What a transaction needs of its commit: `read` writes nothing; `durable` is on the disk when the promise resolves; `relaxed` is
 * seen by everybody then, and may be lost with the machine's power.
 */
export type Commit = "read" | "durable" | "relaxed";

/** A store that carries out transactions. */
export interface Engine {
  /** @throws LedgerUnavailable when the store cannot carry it out. */
  run<N extends TransactionName>(
    name: N,
    input: TransactionInput<N>,
    commit: Commit,
  ): Promise<TransactionResult<N>>;
  /** Lets go of the store. Nothing is under way any more, and nothing follows. */
  close(): Promise<void>;
}

/** The ledger that an engine carries. `now` is milliseconds since 1970. */
export function ledgerOn(engine: Engine, now: () => number): Ledger {
  const underWay = new Set<Promise<unknown>>();
  let isClosed = false;

  function run<N extends TransactionName>(
    name: N,
    input: TransactionInput<N>,
    commit: Commit,
  ): Promise<TransactionResult<N>> {
    if (isClosed)
      return Promise.reject(new LedgerUnavailable("The ledger is closed: this process is ending."));
    const result = engine.run(name, input, commit);
    underWay.add(result);
    const forget = () => underWay.delete(result);
    result.then(forget, forget);
    return result;
  }

  return {
    open: (intent) => run("open", [intent, now()], "durable"),
    record: (intent, outcome) => run("record", [intent, outcome, now()], "durable"),
    complete: (attemptId, outcome, { durable, sendCount }) =>
      run("complete", [attemptId, outcome, sendCount, now()], durable ? "durable" : "relaxed"),
    release: (attemptId) => run("release", [attemptId], "durable"),
    takeOver: (attemptId, lease, methodKind) =>
      run("takeOver", [attemptId, lease, methodKind, now()], "durable"),
    renew: (lease) => run("renew", [lease], "relaxed"),
    findAttempt: (query) => run("findAttempt", [query, now()], "read"),
    findPayout: (scope, ids) => run("findPayout", [scope, ids], "read"),
    applyUpdate: (payoutId, change, seenVersion) =>
      run("applyUpdate", [payoutId, change, seenVersion, now()], "durable"),
    findLink: (tokenHash) => run("findLink", [tokenHash], "read"),
    findLinkById: (scope, payoutId) => run("findLinkById", [scope, payoutId], "read"),
    markOpened: (payoutId) => run("markOpened", [payoutId, now()], "relaxed"),
    reopenLink: (payoutId, seenVersion) => run("reopenLink", [payoutId, seenVersion, now()], "durable"),
    takeCodeGuess: (payoutId) => run("takeCodeGuess", [payoutId, now()], "durable"),
    resetCodeGuesses: (payoutId) => run("resetCodeGuesses", [payoutId], "relaxed"),
    findCredentials: (payoutId) => run("findCredentials", [payoutId], "read"),
    replaceToken: (scope, payoutId, token) => run("replaceToken", [scope, payoutId, token, now()], "durable"),
    listLinks(query) {
      const nowMs = now();
      return listLinks(query, (step) => run("scanLinks", [step, nowMs], "read"));
    },
    listPaymentAttempts: (scope, payoutId) => run("listPaymentAttempts", [scope, payoutId], "read"),
    ping: () => run("ping", [], "read"),
    async close() {
      if (isClosed) return;
      isClosed = true;
      await Promise.allSettled(underWay);
      await engine.close();
    },
  };
}
