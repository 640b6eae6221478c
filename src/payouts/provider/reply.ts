import {
  create,
  fromBinary,
  type Message,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import type { Operation, PayoutStatus, Refusal, Reply } from "../../connector/contract.ts";
import { Failure } from "../../core/failure.ts";
import { type Reason, reasons } from "../../core/reasons.ts";
import type { PayoutLink } from "../../gen/sluice/v1/link_pb.ts";
import type { ErrorInfoSchema } from "../../gen/types/error_pb.ts";
import { methodOf } from "../request/payout-request.ts";

/** The fields that replies of types.PayoutService share; `payoutLink` where the RPC has it. */
export interface PayoutReply extends Message {
  merchantPayoutId?: string;
  payoutStatus?: PayoutStatus;
  connectorPayoutId?: string;
  error?: MessageShape<typeof ErrorInfoSchema>;
  statusCode: number;
  payoutLink?: PayoutLink;
}

/** A connector's reply as a message, with a status code where the connector left it out. */
export function replyMessage(operation: Operation, reply: Reply<Operation>): PayoutReply {
  const message = create(
    methodOf(operation).output,
    reply as MessageInitShape<never>,
  ) as unknown as PayoutReply;
  if (message.statusCode === 0) message.statusCode = 200;
  return message;
}

/** The provider's no as a reply: its own code and words, our reason, what to do next, and where the payout now is. */
export function refusalReply(
  operation: Operation,
  refusal: Refusal,
  payoutStatus: PayoutStatus | undefined,
): PayoutReply {
  return replyMessage(operation, {
    statusCode: refusal.status,
    ...(payoutStatus && { payoutStatus }),
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

/** The provider's no, where it ends what a recipient asked for: as a failure with our reason. */
export function failureOf({ error }: PayoutReply): Failure {
  const { code = "", message = "" } = error?.unifiedDetails ?? {};
  const reason = Object.hasOwn(reasons, code) ? (code as Reason) : "PROVIDER_DECLINED";
  return new Failure(reason, message);
}

/** A reply for the store. */
export function encodeReply(operation: Operation, reply: PayoutReply): Uint8Array {
  return toBinary(methodOf(operation).output, reply);
}

/** A reply from the store. */
export function decodeReply(operation: Operation, bytes: Uint8Array): PayoutReply {
  return fromBinary(methodOf(operation).output, bytes) as unknown as PayoutReply;
}
