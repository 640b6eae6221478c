import { create } from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { payoutStatus } from "../../src/core/status.ts";
import { LinkOptionsSchema } from "../../src/gen/sluice/v1/link_pb.ts";
import { pageStateOf } from "../../src/pages/page-state.ts";
import { money, openPayouts, scope, type TestPayouts } from "../support/service/in-process.ts";
import { engines } from "../support/stores/ledgers.ts";

const sandbox = { "x-connector": "sandbox" };
const ach = { bank_account_number: { value: "000123" }, bank_routing_number: { value: "110000000" } };
const everything = {
  scope,
  states: ["EXPIRED"],
  connector: undefined,
  merchantPayoutIdPrefix: undefined,
  createdFromMs: undefined,
  createdBeforeMs: undefined,
  metadataKey: undefined,
  after: undefined,
  limit: 100,
} as const;

describe.each(engines)("a link that ran out, on $engine", (engine) => {
  describe.runIf(engine.isAvailable)("is EXPIRED everywhere, and cannot be paid", () => {
    let payouts: TestPayouts;
    let databaseUrl = "";
    beforeAll(async () => {
      databaseUrl = await engine.fresh();
      payouts = await openPayouts({ databaseUrl, providers: {} });
    });
    afterAll(() => payouts.close());

    it.each([
      "REQUIRES_PAYOUT_METHOD_DATA",
      "REQUIRES_VENDOR_ACCOUNT_CREATION",
      "REQUIRES_CONFIRMATION",
      "REQUIRES_CREATION",
    ] as const)("whatever its payout waited for: %s", async (status) => {
      const name = { merchant_payout_id: status };
      const soon = { link_options: { expires_in: "60s" } };
      const made = await payouts.call("createLink", { ...name, ...money, ...soon }, sandbox);
      expect(made.reason).toBeUndefined();
      await engine.rows(
        databaseUrl,
        `update payout set status = ${payoutStatus[status]} where merchant_payout_id = '${status}'`,
      );
      payouts.advanceMs(61_000);

      const late = await payouts.call(
        "transfer",
        { ...name, ...money, payout_method_data: { ach } },
        sandbox,
      );
      expect(late).toMatchObject({ reason: "PAYOUT_STATE", message: expect.stringContaining("EXPIRED") });
      const { id } = await payouts.payout(status);
      const { links } = await payouts.ledger.listLinks(everything);
      const listed = links.find(({ payout }) => payout.id === id);
      if (!listed) throw new Error("The list has no such link among those that are EXPIRED.");
      const nowMs = listed.payout.link.expiresAtMs;
      expect(pageStateOf(listed, create(LinkOptionsSchema), nowMs)).toBe("expired");
      expect((await payouts.call("get", name, sandbox)).reply).toMatchObject({
        payout_status: "EXPIRED",
        payout_link: { state: "LINK_STATE_EXPIRED" },
      });
      expect(await payouts.ledger.findCredentials(id)).toBeUndefined();
    });
  });
});
