import type { Failure } from "../../core/failure.ts";
import type { Reason } from "../../core/reasons.ts";
import type { Messages } from "../i18n/messages/messages.ts";
import type { NoticeName } from "./notice.ts";

/** Reasons of a failed payment that a recipient is told. Every other is the sender's affair, and told as no more than that. */
const told: Readonly<Partial<Record<Reason, keyof Messages["reasons"]>>> = {
  RECIPIENT_DECLINED: "declined",
  PROVIDER_DECLINED: "declined",
  RECIPIENT_ACCOUNT_CLOSED: "closed",
  RECIPIENT_ACCOUNT_INVALID: "invalid",
  PROVIDER_REJECTED_REQUEST: "invalid",
  RECIPIENT_INELIGIBLE: "ineligible",
  RECIPIENT_NOT_READY: "ineligible",
  AMOUNT_NOT_ALLOWED: "amount",
  PAYMENT_RETURNED: "returned",
};

/** Why a payment failed, in messages for the recipient. */
export function failureMessage(messages: Messages, reason: string | undefined): string {
  const name = Object.hasOwn(told, reason ?? "") ? told[reason as Reason] : undefined;
  return messages.reasons[name ?? "sender"];
}

/** What a recipient can do about a call that was not made: nothing was sent. */
const notices: Readonly<Partial<Record<Reason, NoticeName>>> = {
  PROVIDER_UNAVAILABLE: "again",
  PROVIDER_RATE_LIMITED: "again",
  CONNECTOR_BUSY: "again",
  SERVER_BUSY: "again",
  SERVER_DRAINING: "again",
  LEDGER_UNAVAILABLE: "again",
  IDEMPOTENCY_IN_PROGRESS: "again",
  DEADLINE_EXCEEDED: "again",
  OUTCOME_UNKNOWN: "again",
  MISSING_REQUIRED_FIELD: "details",
  INVALID_DATA_FORMAT: "details",
  RECIPIENT_ACCOUNT_INVALID: "details",
  RECIPIENT_INELIGIBLE: "details",
  AMOUNT_NOT_ALLOWED: "details",
};

/** The notice for a call that was not made. */
export function noticeFor({ reason }: Failure): NoticeName {
  return notices[reason] ?? "sender";
}
