/** A link, as Easy Labs keeps it. */
export interface Link {
  readonly token: string;
  /** The key that it was made with: other keys do not see it. */
  readonly key: string;
  readonly amount: number;
  readonly description: string | null;
  expiresAtMs: number;
  status: "pending" | "claimed" | "completed" | "expired" | "cancelled";
  recipientId: string | null;
  transactionId: string | null;
}

/** A payment of a claimed link. */
export interface Transaction {
  readonly id: string;
  readonly key: string;
  readonly amount: number;
  status: "pending" | "processing" | "completed" | "failed" | "returned" | "cancelled";
}

/** Everything that the fake remembers. */
export interface State {
  /** By token, oldest first. */
  readonly links: Map<string, Link>;
  readonly transactions: Map<string, Transaction>;
  /** Where its pages are, without a trailing slash. */
  origin: string;
}

/** Links last three days here; how long they last at Easy Labs is not documented. */
const LIFETIME_MS = 3 * 24 * 60 * 60 * 1000;

/** A state without links. */
export function newState(): State {
  return { links: new Map(), transactions: new Map(), origin: "" };
}

/** Makes a link. */
export function makeLink(state: State, facts: Pick<Link, "key" | "amount" | "description">): Link {
  const link: Link = {
    ...facts,
    token: newToken(state.links.size),
    expiresAtMs: Date.now() + LIFETIME_MS,
    status: "pending",
    recipientId: null,
    transactionId: null,
  };
  state.links.set(link.token, link);
  return link;
}

/** Letters only, so that a token in a path looks like any other word: what masks paths must know better. */
function newToken(count: number): string {
  const letters = [...count.toString(26).padStart(8, "0")].map((digit) =>
    String.fromCharCode(97 + Number.parseInt(digit, 26)),
  );
  return `canary${letters.join("")}`;
}

/** The recipient gives a bank account, and payment begins. False where the link is not theirs to claim any more. */
export function claim(state: State, link: Link): boolean {
  if (link.status !== "pending" || link.expiresAtMs <= Date.now()) return false;
  const number = state.transactions.size + 1;
  const transaction: Transaction = {
    id: `txn_${number}`,
    key: link.key,
    amount: link.amount,
    status: "processing",
  };
  state.transactions.set(transaction.id, transaction);
  link.status = "claimed";
  link.recipientId = `rcp_${number}`;
  link.transactionId = transaction.id;
  return true;
}

/** Moves a claimed link's payment on. After one that failed the recipient is asked again. */
export function settle(state: State, link: Link, status: Transaction["status"]): void {
  const transaction = state.transactions.get(link.transactionId ?? "");
  if (!transaction) throw new RangeError("the link has not been claimed");
  transaction.status = status;
  if (status === "completed") link.status = "completed";
  if (status === "failed") link.status = "pending";
}
