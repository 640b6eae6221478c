import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { PaymentAttempt } from "../../core/payout.ts";
import { type Reason, reasons } from "../../core/reasons.ts";
import { statusFacts } from "../../core/status.ts";
import type { PayoutMethodKind } from "../../gen/sluice/v1/link_pb.ts";
import { type Attempt, AttemptSchema, AttemptState } from "../../gen/sluice/v1/payout_link_service_pb.ts";

/** A try to pay, as its caller sees it. `index` counts from 0. */
export function showAttempt(payment: PaymentAttempt, index: number): Attempt {
  const { attempt, methodKind, payoutStatus, reason, connectorPayoutId, updatedAtMs } = payment;
  return create(AttemptSchema, {
    number: index + 1,
    state: AttemptState[statusFacts(payoutStatus ?? 0).attemptState],
    ...(reason !== undefined && { reason, message: reasons[reason as Reason]?.advice ?? reason }),
    createTime: timestampFromMs(attempt.startedAtMs),
    updateTime: timestampFromMs(updatedAtMs),
    ...(connectorPayoutId !== undefined && { connectorTransactionId: connectorPayoutId }),
    method: (methodKind ?? 0) as PayoutMethodKind,
  });
}
