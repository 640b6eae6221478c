import type { DescMethodUnary, Message } from "@bufbuild/protobuf";
import type { Operation } from "../../core/operations.ts";
import type { LinkOptions } from "../../gen/sluice/v1/link_pb.ts";
import type { Customer } from "../../gen/types/customer_pb.ts";
import type { Currency, Money } from "../../gen/types/money_pb.ts";
import type { PayoutMethod } from "../../gen/types/payout_method_pb.ts";
import { PayoutService } from "../../gen/types/payout_pb.ts";

/** The RPC of each operation, with the schemas of its messages. */
export const rpcs: Readonly<Record<Operation, DescMethodUnary>> = PayoutService.method;

/** The fields that requests of types.PayoutService share. Which of them an RPC has is in its descriptor. */
export interface PayoutRequest extends Message {
  readonly merchantPayoutId?: string;
  readonly merchantQuoteId?: string;
  connectorPayoutId?: string;
  readonly connectorQuoteId?: string;
  readonly amount?: Money;
  readonly destinationCurrency?: Currency;
  readonly payoutMethodData?: PayoutMethod;
  readonly customer?: Customer;
  readonly recipientType?: number;
  readonly webhookUrl?: string;
  readonly linkOptions?: LinkOptions;
}
