import { create } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import { PayoutStatus } from "../connector/contract.ts";
import type { LinkRecord } from "../core/payout.ts";
import type { LinkState } from "../core/status.ts";
import { Fulfilment, LinkOptionsSchema } from "../gen/sluice/v1/link_pb.ts";
import { type PageState, pageStateOf } from "./page-state.ts";

const END_MS = 1000;
const options = (fulfilment: Fulfilment) => create(LinkOptionsSchema, { fulfilment });

interface Facts {
  readonly state?: LinkState;
  readonly openOperation?: string;
}

function pageState(
  status: PayoutStatus,
  { state = "ACTIVE", openOperation }: Facts,
  nowMs: number,
  manual = false,
): PageState {
  const record = {
    payout: { status, link: { state, expiresAtMs: END_MS } },
    openAttempt: openOperation ? { operation: openOperation } : undefined,
  } as unknown as LinkRecord;
  return pageStateOf(record, options(manual ? Fulfilment.MANUAL : Fulfilment.AUTOMATIC), nowMs);
}

it.each<[PayoutStatus, Facts, PageState, PageState]>([
  [PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA, {}, "open", "expired"],
  [PayoutStatus.REQUIRES_VENDOR_ACCOUNT_CREATION, {}, "open", "expired"],
  [PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA, { state: "EXPIRED" }, "expired", "expired"],
  [PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA, { state: "CANCELLED" }, "cancelled", "cancelled"],
  [PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA, { openOperation: "transfer" }, "confirming", "confirming"],
  [
    PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA,
    { openOperation: "enrollDisburseAccount" },
    "confirming",
    "confirming",
  ],
  [PayoutStatus.REQUIRES_PAYOUT_METHOD_DATA, { openOperation: "createLink" }, "open", "expired"],
  [PayoutStatus.REQUIRES_FULFILLMENT, {}, "received", "received"],
  [PayoutStatus.PENDING, { state: "CLAIMED" }, "pending", "pending"],
  [PayoutStatus.INITIATED, { state: "CLAIMED" }, "pending", "pending"],
  [PayoutStatus.PAYOUT_STATUS_UNSPECIFIED, { state: "CLAIMED" }, "pending", "pending"],
  [PayoutStatus.SUCCESS, { state: "COMPLETED" }, "paid", "paid"],
  [PayoutStatus.SUCCESS, { state: "COMPLETED", openOperation: "transfer" }, "paid", "paid"],
  [PayoutStatus.REVERSED, { state: "COMPLETED" }, "returned", "returned"],
  [PayoutStatus.FAILED, { state: "CLAIMED" }, "failedOpen", "failed"],
  [PayoutStatus.FAILED, { openOperation: "transfer" }, "confirming", "confirming"],
  [PayoutStatus.FAILED, { state: "CANCELLED" }, "cancelled", "cancelled"],
  [PayoutStatus.FAILED, { state: "EXPIRED" }, "failed", "failed"],
  [PayoutStatus.INELIGIBLE, {}, "failed", "failed"],
  [PayoutStatus.CANCELLED, { state: "CANCELLED" }, "cancelled", "cancelled"],
  [PayoutStatus.EXPIRED, { state: "EXPIRED" }, "expired", "expired"],
])("status %d with %j is %s, and after the link's end %s", (status, facts, before, after) => {
  expect(pageState(status, facts, END_MS - 1)).toBe(before);
  expect(pageState(status, facts, END_MS)).toBe(after);
});

it("details that are in wait for the sender where they pay by hand", () => {
  expect(pageState(PayoutStatus.REQUIRES_FULFILLMENT, { state: "CLAIMED" }, 0, true)).toBe("waiting");
});
