import type { Attempt, Initiator, Link, LinkRecord, PaymentAttempt, Payout } from "../../core/payout.ts";
import type { StoredLinkState } from "../../core/status.ts";
import type { Row } from "../transactions/transaction.ts";

/** Reads a row of the payout table. */
export function readPayout(row: Row): Payout {
  return {
    id: text(row, "id"),
    scope: { tenantId: text(row, "tenant_id"), merchantId: text(row, "merchant_id") },
    merchantPayoutId: optional(row, "merchant_payout_id", text),
    connector: text(row, "connector"),
    connectorPayoutId: optional(row, "connector_payout_id", text),
    status: number(row, "status"),
    amountMinor: optional(row, "amount_minor", integer),
    currency: optional(row, "currency", text),
    destinationCurrency: optional(row, "destination_currency", text),
    link: optional(row, "link_token_hash", readLink),
    createdAtMs: number(row, "created_at_ms"),
    updatedAtMs: number(row, "updated_at_ms"),
    version: number(row, "version"),
  };
}

function readLink(row: Row): Link {
  return {
    state: text(row, "link_state") as StoredLinkState,
    tokenHash: text(row, "link_token_hash"),
    keyId: text(row, "link_key_id"),
    generation: number(row, "link_generation"),
    expiresAtMs: number(row, "link_expires_at_ms"),
    options: bytes(row, "link_options"),
    claimRound: number(row, columns.claimRound),
    openedAtMs: optional(row, "link_opened_at_ms", number),
    claimedAtMs: optional(row, "link_claimed_at_ms", number),
    completedAtMs: optional(row, "link_completed_at_ms", number),
    hosted: optional(row, "link_hosted", bytes),
  };
}

/** Reads a row of `linkRecord` in `link-sql.ts`. */
export function readLinkRecord(row: Row): LinkRecord {
  const payout = readPayout(row);
  const { link } = payout;
  if (!link) throw new Error(`The payout ${payout.id} has no link.`);
  return {
    payout: { ...payout, link },
    paymentAttempts: number(row, "payments"),
    openAttempt: row.attempt_id === null ? undefined : readAttempt({ ...row, id: row.attempt_id }),
  };
}

/** Columns that keep the names they were made with: processes of two builds read and write them during a rolling deploy. */
const columns = {
  dedupeKey: "identity",
  requestHash: "fingerprint",
  fieldHashes: "field_prints",
  sendCount: "tries",
  claimRound: "link_entry",
} as const;

/** What the build before this one reads of an attempt that no caller began; it knows no column for it. */
const FORMER_KEY = "asker";
const formerNames: Readonly<Partial<Record<Initiator, string>>> = {
  recipient: "recipient",
  automatic: "server",
};

/** Field hashes and initiator, as their column holds them. */
export function storedFieldHashes({
  fieldHashes,
  initiator,
}: Pick<Attempt, "fieldHashes" | "initiator">): string {
  const former = formerNames[initiator];
  return JSON.stringify(former ? { ...fieldHashes, [FORMER_KEY]: former } : fieldHashes);
}

function readFieldHashes(row: Row): Pick<Attempt, "fieldHashes" | "initiator"> {
  const { [FORMER_KEY]: stored, ...fieldHashes } = JSON.parse(text(row, columns.fieldHashes)) as Record<
    string,
    string
  >;
  const former: Initiator = stored === "server" ? "automatic" : stored === "recipient" ? stored : "caller";
  return { fieldHashes, initiator: (optional(row, "initiator", text) as Initiator | undefined) ?? former };
}

/** Reads a row of the attempt table. */
export function readAttempt(row: Row): Attempt {
  return {
    id: text(row, "id"),
    payoutId: optional(row, "payout_id", text),
    operation: text(row, "operation"),
    dedupeKey: text(row, columns.dedupeKey),
    requestHash: text(row, columns.requestHash),
    ...readFieldHashes(row),
    state: text(row, "state") as Attempt["state"],
    sendCount: number(row, columns.sendCount),
    startedAtMs: number(row, "started_at_ms"),
    lease: { owner: text(row, "lease_owner"), untilMs: number(row, "lease_until_ms") },
    reply: optional(row, "reply", bytes),
  };
}

/** Reads a row of the attempt table whose operation pays. */
export function readPaymentAttempt(row: Row): PaymentAttempt {
  return {
    attempt: readAttempt(row),
    methodKind: optional(row, "method_kind", number),
    payoutStatus: optional(row, "payout_status", number),
    reason: optional(row, "reason", text),
    connectorPayoutId: optional(row, "connector_payout_id", text),
    updatedAtMs: number(row, "updated_at_ms"),
  };
}

/** Reads a column that may be null: undefined then. */
export function optional<T>(row: Row, column: string, read: (row: Row, column: string) => T): T | undefined {
  return row[column] === null ? undefined : read(row, column);
}

/** Reads an integer that is known to be small: a time, a count, a status. */
export function number(row: Row, column: string): number {
  return Number(row[column] as number | bigint);
}

/** Reads a text column. */
export function text(row: Row, column: string): string {
  return row[column] as string;
}

function integer(row: Row, column: string): bigint {
  return BigInt(row[column] as number | bigint);
}

/** Reads a column of bytes. */
export function bytes(row: Row, column: string): Uint8Array {
  // PostgreSQL's driver gives a Buffer that shares its memory with other rows: a copy lets go of it.
  return new Uint8Array(row[column] as Uint8Array);
}
