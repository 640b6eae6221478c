import {
  create,
  equals,
  fromBinary,
  type Message,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { Operation, Reply } from "../../connector/contract.ts";
import { Failure, Refusal } from "../../core/failure.ts";
import { operations } from "../../core/operations.ts";
import type { Payout } from "../../core/payout.ts";
import { type Reason, reasons } from "../../core/reasons.ts";
import { payoutStatus, type StatusName, statusFacts } from "../../core/status.ts";
import { type PayoutLink, PayoutLinkSchema } from "../../gen/sluice/v1/link_pb.ts";
import type { ErrorInfoSchema } from "../../gen/types/error_pb.ts";
import type { PayoutUpdate } from "../../ledger/ledger.ts";
import type { Keys } from "../../security/keys.ts";
import { readProviderLink, sealProviderLink, withProviderLink } from "../payout-link.ts";
import { rpcs } from "../request/payout-request.ts";
import type { ProviderCall } from "./provider-call.ts";

/** The fields that replies of types.PayoutService share; `payoutLink` where the RPC has it. */
export interface PayoutReply extends Message {
  merchantPayoutId?: string;
  /** Number of types.PayoutEnums.PayoutStatus. */
  payoutStatus?: number;
  connectorPayoutId?: string;
  error?: MessageShape<typeof ErrorInfoSchema>;
  statusCode: number;
  payoutLink?: PayoutLink;
}

/** What a connector's call came to. */
export type ProviderResult =
  /** The provider's final word: the reply, and the same as it is stored. */
  | { readonly kind: "final"; readonly reply: PayoutReply; readonly encoded: Uint8Array }
  /** The provider's final no, as a reply. */
  | { readonly kind: "declined"; readonly reply: PayoutReply; readonly encoded: Uint8Array }
  /** A no that is not final: the provider may agree once the credentials or the account are put right. Not remembered. */
  | { readonly kind: "rejected"; readonly reply: PayoutReply }
  /** Certainly nothing happened. */
  | { readonly kind: "not_sent"; readonly error: unknown }
  /** It may have happened. */
  | { readonly kind: "unknown"; readonly error: Failure };

/** A result that ends its attempt with a reply. */
export type Answered = Extract<ProviderResult, { kind: "final" | "declined" }>;

/** Whether the provider gave its final word. */
export function isAnswered(result: ProviderResult): result is Answered {
  return result.kind === "final" || result.kind === "declined";
}

/**
 * A connector's reply as the provider's final word.
 *
 * @throws Error where it is no reply of the operation.
 */
export function finalResult(operation: Operation, reply: Reply<Operation>): ProviderResult {
  const message = replyMessage(operation, reply);
  return { kind: "final", reply: message, encoded: encodeReply(operation, message) };
}

/** What is certain of a call when its connector throws. */
export interface Circumstances {
  /** Whether a request that can change something may have reached the provider, in this call. */
  readonly effectSent: boolean;
  /** Whether earlier calls certainly changed nothing. */
  readonly earlierMadeNothing: boolean;
}

/** What it means that a connector threw. */
export function classify(call: ProviderCall, error: unknown, circumstances: Circumstances): ProviderResult {
  const { effectSent } = circumstances;
  if (error instanceof Refusal) return classifyRefusal(call, error, circumstances);
  if (error instanceof Failure && (effectSent || isResumable(call, error))) return { kind: "unknown", error };
  if (!effectSent) return { kind: "not_sent", error };
  const message = `${call.route.connector.name} could not be understood after something was sent. Repeat the call with the same merchant_payout_id or idempotency-key.`;
  return { kind: "unknown", error: new Failure("OUTCOME_UNKNOWN", message, { cause: error }) };
}

/** Failures after which the same attempt is to be sent again, and not a new one, though nothing was seen to be sent. */
function isResumable({ route }: ProviderCall, { reason }: Failure): boolean {
  // A connector that calls no provider plays its rate limits: no request shows that nothing was done.
  const isPlayed = route.connector.hosts === undefined;
  return reason === "OUTCOME_UNKNOWN" || (reason === "PROVIDER_RATE_LIMITED" && isPlayed);
}

/**
 * A refusal is the payment's end only if it is about the payment: one that came before anything was sent again says nothing
 * about what an earlier call may have done.
 */
function classifyRefusal(
  call: ProviderCall,
  refusal: Refusal,
  { effectSent, earlierMadeNothing }: Circumstances,
): ProviderResult {
  const { operation, payout, route } = call;
  const isAboutIt = effectSent || earlierMadeNothing || route.connector.hosts === undefined;
  if (!isAboutIt || isNotFinal(call, refusal.reason)) {
    // A Get gets no status with it: it would be written down as the provider's.
    const status = operation === "get" ? undefined : payout?.status;
    return { kind: "rejected", reply: refusalReply(operation, refusal, status) };
  }
  const status = operations[operation].failsPayout ? payoutStatus.FAILED : undefined;
  const reply = refusalReply(operation, refusal, status);
  return { kind: "declined", reply, encoded: encodeReply(operation, reply) };
}

/** Refusals that are about the caller's account, or about what is still to come, and not about the payout. */
const notFinal: ReadonlySet<Reason> = new Set<Reason>([
  "PROVIDER_AUTHENTICATION",
  "PROVIDER_PERMISSION",
  "FEATURE_NOT_ENABLED",
  "RECIPIENT_NOT_READY",
]);

function isNotFinal({ operation, payout }: ProviderCall, reason: Reason): boolean {
  // The recipient of a link has done their part: topping up the account must be enough to pay them.
  const isShort = reason === "INSUFFICIENT_FUNDS" && payout?.linkExpiresAtMs !== undefined;
  return notFinal.has(reason) || isShort || operation === "void";
}

/** A connector's reply as a message, with a status code where the connector left it out. */
export function replyMessage(operation: Operation, reply: Reply<Operation>): PayoutReply {
  const message = create(rpcs[operation].output, reply as MessageInitShape<never>) as unknown as PayoutReply;
  if (message.statusCode === 0) message.statusCode = 200;
  return message;
}

/** The provider's no as a reply: its own code and words, our reason, what to do next, and where the payout now is. */
function refusalReply(operation: Operation, refusal: Refusal, status: number | undefined): PayoutReply {
  return replyMessage(operation, {
    statusCode: refusal.status,
    ...(status && { payoutStatus: status as (typeof payoutStatus)[StatusName] }),
    error: {
      unifiedDetails: {
        code: refusal.reason,
        message: refusal.message,
        userGuidanceMessage: reasons[refusal.reason].advice,
      },
      connectorDetails: { code: refusal.code, message: refusal.message },
    },
  });
}

/** The provider's no, where it ends what a recipient began: as a failure with our reason. */
export function failureOf({ error }: PayoutReply): Failure {
  const { code = "", message = "" } = error?.unifiedDetails ?? {};
  const reason = Object.hasOwn(reasons, code) ? (code as Reason) : "PROVIDER_DECLINED";
  return new Failure(reason, message);
}

/** A reply for the store. */
export function encodeReply(operation: Operation, reply: PayoutReply): Uint8Array {
  return toBinary(rpcs[operation].output, reply);
}

/** A reply from the store. */
export function decodeReply(operation: Operation, bytes: Uint8Array): PayoutReply {
  return fromBinary(rpcs[operation].output, bytes) as unknown as PayoutReply;
}

/** What a reply says of its payout, for the store. */
export function updateFrom(operation: Operation, reply: PayoutReply): PayoutUpdate {
  const { payoutStatus: status = 0, connectorPayoutId, payoutLink, error } = reply;
  const { phase, linkState: byStatus } = statusFacts(status);
  const linkState = operation === "createLink" ? error && "CANCELLED" : byStatus;
  const reason = error?.unifiedDetails?.code;
  const wentWrong = status === payoutStatus.FAILED || phase === "returned";
  return {
    ...(status && { status }),
    ...(connectorPayoutId && { connectorPayoutId }),
    ...(linkState && { linkState }),
    ...(payoutLink?.expireTime && { linkExpiresAtMs: timestampMs(payoutLink.expireTime) }),
    ...(wentWrong && reason && { reason }),
  };
}

/**
 * What a provider says of a link whose page is its own, where it has not said so before: sealed anew at every look, it would
 * make each of them a change. What a reply leaves out stays as it was said before. A link that asks its recipient again,
 * since a payment failed, is as open as it was before they claimed it.
 */
export function providerLinkUpdate(
  keys: Keys,
  { id, link }: Pick<Payout, "id" | "link">,
  { payoutLink, payoutStatus: status }: PayoutReply,
): Pick<PayoutUpdate, "linkHosted" | "linkState"> {
  const before = readProviderLink({ keys }, { id, link });
  const asksAgain = status === payoutStatus.REQUIRES_PAYOUT_METHOD_DATA && link?.state === "CLAIMED";
  const reopened = before && asksAgain ? { linkState: "ACTIVE" as const } : {};
  // Without a URL it is not about a page of the provider's.
  if (!payoutLink || !(payoutLink.url || before)) return reopened;
  const after = before
    ? withProviderLink(before, { ...payoutLink, expireTime: payoutLink.expireTime ?? before.expireTime })
    : payoutLink;
  if (before && equals(PayoutLinkSchema, before, after)) return reopened;
  return { ...reopened, linkHosted: sealProviderLink({ keys }, id, after) };
}
