import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { LinkState } from "../../src/gen/sluice/v1/link_pb.ts";
import {
  PayoutServiceCreateLinkResponseSchema,
  PayoutEnums_PayoutStatus as Status,
} from "../../src/gen/types/payout_pb.ts";

/** A reply to CreateLink, of the size of a real one. */
export const linkReply = create(PayoutServiceCreateLinkResponseSchema, {
  merchantPayoutId: "bench-0000000000",
  payoutStatus: Status.REQUIRES_PAYOUT_METHOD_DATA,
  connectorPayoutId: "sbx_0000000000000000000000000000",
  statusCode: 200,
  payoutLink: {
    id: "019a0000-0000-7000-8000-000000000000",
    url: "http://127.0.0.1:8080/l/0123456789012345678901234567890123456789012",
    state: LinkState.ACTIVE,
    createTime: timestampFromMs(1_790_000_000_000),
    expireTime: timestampFromMs(1_790_604_800_000),
  },
});
