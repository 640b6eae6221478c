import { PayoutStatus } from "../../src/connector/contract.ts";
import { LinkState } from "../../src/gen/sluice/v1/link_pb.ts";

/** The states of Finix's links. None says that a payment failed: the recipient is asked again on the same page. */
export const statuses: Readonly<Record<string, PayoutStatus>> = {
  ACTIVE: PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA,
  AWAITING_PAYOUT: PayoutStatus.PENDING,
  COMPLETED: PayoutStatus.SUCCESS,
  EXPIRED: PayoutStatus.EXPIRED,
  DEACTIVATED: PayoutStatus.CANCELLED,
};

/** The same, as a link's state. */
export const linkStates: Readonly<Record<string, LinkState>> = {
  ACTIVE: LinkState.ACTIVE,
  AWAITING_PAYOUT: LinkState.CLAIMED,
  COMPLETED: LinkState.COMPLETED,
  EXPIRED: LinkState.EXPIRED,
  DEACTIVATED: LinkState.CANCELLED,
};
