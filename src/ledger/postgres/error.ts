import { LedgerUnavailable } from "../../core/failure.ts";

// SQLSTATEs that another writer causes: serialization failure, deadlock, and keys that came or went meanwhile.
const races: ReadonlySet<unknown> = new Set(["40001", "40P01", "23503", "23505"]);

/** Whether a transaction failed because another writer was quicker, so that it may succeed when run again. */
export function isLostRace(error: unknown): boolean {
  return races.has(codeOf(error));
}

/** What to do, by SQLSTATE, its class, or the socket's error code. */
const advice: Readonly<Record<string, string>> = {
  "08": "the connection was lost. Check the server and the network",
  "25006": "the server is read-only. Name the primary in the URL, not a standby",
  "28": "the server refused the user or password. Check the URL",
  "3D000": "the database does not exist. Create it, or correct the URL",
  "42501": "the user may not use the tables. Grant it the schema",
  "53": "the server is short of room. Check its disk, memory and max_connections",
  "57014": "the statement took longer than ten seconds and was stopped. Check the server's load",
  "57P": "the server is stopping, starting, or ended the connection. It is tried anew with the next call",
  ECONNREFUSED: "nothing answers there. Start the server, or correct the URL",
  ECONNRESET: "the connection was lost. Check the server and the network",
  ENOTFOUND: "the host name is not known. Correct the URL",
  EPIPE: "the connection was lost. Check the server and the network",
  ETIMEDOUT: "the server does not answer. Check the server and the network",
};

// What the driver throws without a code.
const adviceByWords: readonly (readonly [RegExp, string])[] = [
  [
    /timeout exceeded when trying to connect/i,
    "no connection was free in time. Check the server's load, or allow a larger pool",
  ],
  [/timeout/i, "the server does not answer. Check the server and the network"],
  [/connection|not queryable/i, "the connection was lost. Check the server and the network"],
];

/** The error with its advice, where the store failed; the error itself otherwise. */
export function explained(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof LedgerUnavailable) return error;
  const code = codeOf(error) ?? "";
  const known =
    advice[code] ??
    advice[code.slice(0, 3)] ??
    advice[code.slice(0, 2)] ??
    (code === "" ? adviceByWords.find(([words]) => words.test(error.message))?.[1] : undefined);
  if (known === undefined) return error;
  const words = error.message || code;
  return new LedgerUnavailable(`The PostgreSQL ledger cannot be used: ${known} (${words}).`, error);
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : undefined;
}
