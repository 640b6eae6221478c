import { type Reason, reasons } from "./reasons.ts";

/** What a {@link Failure} may say besides its reason and message. */
export interface FailureDetails {
  /** Path of the field at fault, such as `amount.currency`, or a header's name. */
  readonly field?: string;
  /** When to try again, in milliseconds from now. */
  readonly retryAfterMs?: number;
  /** Facts for programs; never a secret or a value of the recipient's. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** The underlying error, for the log only. */
  readonly cause?: unknown;
}

/**
 * Ends a call with a gRPC error. The message says what was wrong, where, and what to write instead; the gRPC code follows
 * from the reason.
 */
export class Failure extends Error {
  readonly reason: Reason;
  readonly field: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly metadata: Readonly<Record<string, string>>;

  constructor(reason: Reason, message: string, details: FailureDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "Failure";
    this.reason = reason;
    this.field = details.field;
    this.retryAfterMs = details.retryAfterMs;
    this.metadata = details.metadata ?? {};
  }

  get retryable(): boolean {
    return reasons[this.reason].retryable;
  }
}

/** A required field that is absent. `hint` says what to write. */
export function missingField(field: string, hint: string): Failure {
  return new Failure("MISSING_REQUIRED_FIELD", `Missing required field: ${field}. ${hint}`, { field });
}

/** A field whose value cannot be used. `hint` says what was wrong and what to write instead. */
export function invalidField(field: string, hint: string): Failure {
  return new Failure("INVALID_DATA_FORMAT", `Invalid data format: ${field}. ${hint}`, { field });
}

/**
 * The provider's final no: nothing was done, and asking again the same way gives the same answer. The call answers OK
 * with these details in `error`.
 */
export class Refusal extends Error {
  readonly reason: Reason;
  /** HTTP status of the provider's answer. */
  readonly status: number;
  /** The provider's own code, as it wrote it. */
  readonly code: string;

  constructor(refusal: { reason: Reason; status: number; code: string; message: string }) {
    super(refusal.message);
    this.name = "Refusal";
    this.reason = refusal.reason;
    this.status = refusal.status;
    this.code = refusal.code;
  }
}

/** The store cannot be reached, or refuses. The message says why, and what its operator can do. */
export class LedgerUnavailable extends Error {
  readonly reason: Reason = "LEDGER_UNAVAILABLE";

  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "LedgerUnavailable";
  }
}

/** What a caller or a recipient is told of an error; undefined for one that is a defect of this server. */
export function asFailure(error: unknown): Failure | undefined {
  if (error instanceof Failure) return error;
  if (!(error instanceof LedgerUnavailable)) return undefined;
  const message =
    "The store of this server cannot be used at the moment. Repeat the call, with the same merchant_payout_id or idempotency-key where it has one: nothing is paid twice.";
  return new Failure("LEDGER_UNAVAILABLE", message, { cause: error });
}
