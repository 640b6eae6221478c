import { Code } from "@connectrpc/connect";

/** What a reason means to a caller. */
export interface ReasonFacts {
  /** gRPC status where the reason ends the call with an error. Reasons of the provider's answer mostly do not. */
  readonly code: Code;
  /** Whether the same call, unchanged, may be sent again and could then succeed. */
  readonly retryable: boolean;
  /** What to do next, in one sentence. */
  readonly advice: string;
}

const reason = (code: Code, retryable: boolean, advice: string): ReasonFacts => ({ code, retryable, advice });

/**
 * Every reason that a caller can be given, with its gRPC code and advice. Closed: connectors map the provider's codes to
 * one of these. The README's table is made from it.
 */
export const reasons = {
  // The call was wrong.
  MISSING_REQUIRED_FIELD: reason(Code.InvalidArgument, false, "Add the field that is named."),
  INVALID_DATA_FORMAT: reason(Code.InvalidArgument, false, "Correct the field that is named."),
  UNSUPPORTED_OPTION: reason(
    Code.InvalidArgument,
    false,
    "Leave the option out, or use a connector that has it.",
  ),
  CONNECTOR_MISMATCH: reason(
    Code.InvalidArgument,
    false,
    "Name one connector, the same everywhere in the call.",
  ),
  OVERRIDE_REFUSED: reason(
    Code.InvalidArgument,
    false,
    "Leave it out: where providers are reached is set by the operator of this server.",
  ),
  IDEMPOTENCY_KEY_REUSED: reason(
    Code.InvalidArgument,
    false,
    "Use a new idempotency key, or send the first request.",
  ),
  INVALID_CONNECTOR_CONFIG: reason(Code.FailedPrecondition, false, "Correct the credentials that are named."),
  PAYOUT_NOT_FOUND: reason(Code.NotFound, false, "Check the id, the merchant and the connector."),
  MERCHANT_PAYOUT_ID_EXISTS: reason(
    Code.AlreadyExists,
    false,
    "Use a new merchant_payout_id for a new payout.",
  ),
  REQUEST_TOO_LARGE: reason(Code.ResourceExhausted, false, "Send less: the message names the limit."),
  UNSUPPORTED_PROTOCOL: reason(
    Code.Unimplemented,
    false,
    "Send the call as the message says; generated clients do.",
  ),
  UNSUPPORTED_OPERATION: reason(Code.Unimplemented, false, "Use an operation that the connector has."),
  PAYOUT_STATE: reason(Code.FailedPrecondition, false, "Ask Get where the payout is."),
  PAYOUT_NEEDS_REVIEW: reason(
    Code.FailedPrecondition,
    false,
    "Nobody can say any more what happened: compare with the provider's dashboard before paying again.",
  ),

  // The caller was not who may do that.
  UNAUTHENTICATED_CALLER: reason(
    Code.Unauthenticated,
    false,
    "Say who you are, as the message asks; the operator of this server gives out keys.",
  ),
  CALLER_NOT_ALLOWED: reason(
    Code.PermissionDenied,
    false,
    "Act for the tenant and merchant that the message names, or ask the operator of this server for more.",
  ),
  CALLER_CHECK_UNAVAILABLE: reason(
    Code.Unavailable,
    true,
    "Who calls cannot be checked at the moment, and nothing was begun: repeat the call later.",
  ),

  // The call was right and could not be finished.
  IDEMPOTENCY_IN_PROGRESS: reason(
    Code.Aborted,
    true,
    "The first call is still at work: repeat this one later.",
  ),
  OUTCOME_UNKNOWN: reason(
    Code.Unavailable,
    true,
    "Repeat the call with the same merchant_payout_id or idempotency-key: it finds out what happened and pays nothing twice.",
  ),
  DEADLINE_EXCEEDED: reason(
    Code.DeadlineExceeded,
    true,
    "Repeat the call with the same merchant_payout_id or idempotency-key, and a longer deadline.",
  ),
  PROVIDER_UNAVAILABLE: reason(
    Code.Unavailable,
    true,
    "Nothing was changed at the provider: repeat the call later.",
  ),
  PROVIDER_RATE_LIMITED: reason(
    Code.ResourceExhausted,
    true,
    "Repeat the call after the delay in RetryInfo.",
  ),
  LEDGER_UNAVAILABLE: reason(
    Code.Unavailable,
    true,
    "The server's store cannot be used: repeat the call with the same merchant_payout_id or idempotency-key.",
  ),
  CONNECTOR_BUSY: reason(Code.ResourceExhausted, true, "Repeat the call after the delay in RetryInfo."),
  SERVER_BUSY: reason(Code.ResourceExhausted, true, "Repeat the call after the delay in RetryInfo."),
  SERVER_DRAINING: reason(Code.Unavailable, true, "Repeat the call on another connection."),
  INTERNAL: reason(Code.Internal, false, "Tell the operator of this server the request id."),

  // The provider's final word. The call answers OK and carries these in error.unified_details.code.
  PROVIDER_AUTHENTICATION: reason(
    Code.Unauthenticated,
    false,
    "Check the credentials in x-connector-config.",
  ),
  PROVIDER_PERMISSION: reason(
    Code.PermissionDenied,
    false,
    "Give the key the permission that the provider names.",
  ),
  FEATURE_NOT_ENABLED: reason(
    Code.PermissionDenied,
    false,
    "Switch the feature on in the provider's dashboard.",
  ),
  PROVIDER_NOT_FOUND: reason(
    Code.NotFound,
    false,
    "Check the ids, and that the key is of the account that made them.",
  ),
  PROVIDER_CONFLICT: reason(Code.Aborted, false, "Ask Get where the payout is."),
  PROVIDER_REJECTED_REQUEST: reason(
    Code.InvalidArgument,
    false,
    "Correct what the provider names and use a new merchant_payout_id.",
  ),
  INSUFFICIENT_FUNDS: reason(
    Code.FailedPrecondition,
    false,
    "Add funds at the provider. A link is then paid by the same call; anything else needs a new merchant_payout_id.",
  ),
  RECIPIENT_DECLINED: reason(
    Code.FailedPrecondition,
    false,
    "Ask the recipient for another account or card.",
  ),
  RECIPIENT_ACCOUNT_CLOSED: reason(Code.FailedPrecondition, false, "Ask the recipient for another account."),
  RECIPIENT_ACCOUNT_INVALID: reason(
    Code.FailedPrecondition,
    false,
    "Ask the recipient to correct the account details.",
  ),
  RECIPIENT_NOT_READY: reason(
    Code.FailedPrecondition,
    false,
    "Wait until the recipient has given what the provider requires.",
  ),
  RECIPIENT_INELIGIBLE: reason(Code.FailedPrecondition, false, "Pay this recipient by another connector."),
  AMOUNT_NOT_ALLOWED: reason(Code.FailedPrecondition, false, "Use an amount within the provider's limits."),
  NOT_CANCELABLE: reason(Code.FailedPrecondition, false, "The payment is under way: ask Get how it ends."),
  BLOCKED: reason(Code.PermissionDenied, false, "The provider blocks this payment: ask its support."),
  PAYMENT_RETURNED: reason(
    Code.FailedPrecondition,
    false,
    "The money came back: ask the recipient for another account.",
  ),
  PROVIDER_DECLINED: reason(
    Code.FailedPrecondition,
    false,
    "See error.connector_details for the provider's words.",
  ),
} as const satisfies Record<string, ReasonFacts>;

/** A name in {@link reasons}. */
export type Reason = keyof typeof reasons;
