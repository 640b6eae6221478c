import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { expect, it } from "vitest";
import { aLink } from "../../../test/support/stores/ledger-facts.ts";
import { DeliveryState, PayoutLinkSchema } from "../../gen/sluice/v1/link_pb.ts";
import { parseKeys } from "../../security/keys.ts";
import { readProviderLink } from "../payout-link.ts";
import { type PayoutReply, providerLinkUpdate } from "./provider-result.ts";

const deps = { keys: parseKeys(Buffer.alloc(32, 1).toString("base64")) };
const url = "https://pay.acme.example/canary";
const reply = (link: MessageInitShape<typeof PayoutLinkSchema> | undefined) =>
  ({ payoutLink: link && create(PayoutLinkSchema, link) }) as PayoutReply;
const payout = (hosted: Uint8Array | undefined) => {
  const { credentials: _, metadataKeys: __, ...link } = aLink();
  const times = { openedAtMs: undefined, claimedAtMs: undefined, completedAtMs: undefined };
  return { id: "id-1", link: { ...link, ...times, state: "ACTIVE" as const, claimRound: 1, hosted } };
};

it("is there at the first look, sealed, and not again while the provider says the same", () => {
  const first = providerLinkUpdate(deps.keys, payout(undefined), reply({ url })).linkHosted;
  expect(Buffer.from(first ?? []).toString("latin1")).not.toContain("canary");
  expect(readProviderLink(deps, payout(first))?.url).toBe(url);
  expect(providerLinkUpdate(deps.keys, payout(first), reply({ url }))).toEqual({});
  expect(providerLinkUpdate(deps.keys, payout(first), reply(undefined))).toEqual({});
});

it("keeps what a later look leaves out, and takes what it brings", () => {
  const expireTime = timestampFromMs(5_000);
  const first = providerLinkUpdate(deps.keys, payout(undefined), reply({ url, expireTime })).linkHosted;
  const delivered = reply({ deliveryState: DeliveryState.DELIVERED, connectorTransactionId: "tr_1" });
  const second = providerLinkUpdate(deps.keys, payout(first), delivered).linkHosted;
  expect(readProviderLink(deps, payout(second))).toMatchObject({
    ...{ url, expireTime, connectorTransactionId: "tr_1" },
    deliveryState: DeliveryState.DELIVERED,
  });
});

it("is nothing where the page is ours", () => {
  const { link: _, ...rest } = payout(undefined);
  expect(providerLinkUpdate(deps.keys, { ...rest, link: undefined }, reply(undefined))).toEqual({});
  expect(
    providerLinkUpdate(deps.keys, payout(undefined), reply({ deliveryState: DeliveryState.SENT })),
  ).toEqual({});
});
