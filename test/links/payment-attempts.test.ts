import { type DescMessage, fromJson, type JsonValue, type Message, toJson } from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PayoutStatus } from "../../src/connector/contract.ts";
import type { Payout } from "../../src/core/payout.ts";
import { RawMetadata } from "../../src/edge/dispatch/incoming-call.ts";
import { PayoutLinkService } from "../../src/gen/sluice/v1/payout_link_service_pb.ts";
import { linkHandlers } from "../../src/payouts/api/payout-link-service.ts";
import { parseKeys } from "../../src/security/keys.ts";
import { aClaim, money, openPayouts, scope, type TestPayouts } from "../support/service/in-process.ts";
import { type OwnLinksProvider, startOwnLinksProvider } from "../support/stages/own-links-provider.ts";
import { engines } from "../support/stores/ledgers.ts";

const byKey = { "x-connector-config": '{"config":{"ByKey":{"api_key":"sk_test_canary_runner"}}}' };
const good = "000123456789";
const closed = "000000004002";

/** What callers are told of payments that recipients bring about: the real call path, ledger and HTTP client, and a provider. */
describe.each(engines)("on $engine", (engine) => {
  describe.runIf(engine.isAvailable)("the attempts of a link", () => {
    let provider: OwnLinksProvider;
    let payouts: TestPayouts;

    beforeAll(async () => {
      provider = await startOwnLinksProvider();
      const providers = { "by-key": provider.url };
      payouts = await openPayouts({ databaseUrl: await engine.fresh(), providers });
    });
    afterAll(async () => {
      await payouts.close();
      await provider.close();
    });

    async function link(id: string): Promise<Payout> {
      provider.heal();
      await payouts.call("createLink", { merchant_payout_id: id, ...money }, byKey);
      return payouts.payout(id);
    }

    /** Calls a method of the service about a link. */
    async function ask(rpc: "get" | "listAttempts" | "cancel", { id }: Payout) {
      const handlers = linkHandlers({
        ledger: payouts.ledger,
        links: payouts.links,
        keys: parseKeys(Buffer.alloc(32, 7).toString("base64")),
        publicUrl: () => "https://pay.example.com",
        now: Date.now,
      });
      const method = PayoutLinkService.method[rpc];
      const request = fromJson(method.input as DescMessage, { id } as JsonValue) as Message;
      const reply = await handlers(method)?.(request, {
        metadata: new RawMetadata([]),
        requestId: "request",
        protocol: "grpc",
        scope,
        deadlineMs: Date.now() + 20_000,
        signal: new AbortController().signal,
        setTrailer: () => {},
        setConnector: () => {},
      });
      if (!reply) throw new Error(`Nobody handles ${rpc}.`);
      return toJson(method.output as DescMessage, reply, { useProtoFieldName: true }) as Record<
        string,
        unknown
      >;
    }

    const method = "PAYOUT_METHOD_KIND_US_BANK";

    it("are all that were tried, each with how it ended", async () => {
      const payout = await link("twice");
      await payouts.links.claim(payout, aClaim(closed));
      const failed = { number: 1, state: "ATTEMPT_STATE_FAILED", reason: "RECIPIENT_ACCOUNT_CLOSED", method };
      expect((await ask("listAttempts", payout)).attempts).toMatchObject([failed]);
      const end = await payouts.links.claim(await payouts.payout("twice"), aClaim(good, 2));
      expect(end).toMatchObject({ kind: "taken", payout: { status: PayoutStatus.SUCCESS } });
      const paid = { number: 2, state: "ATTEMPT_STATE_SUCCEEDED", method };
      expect((await ask("listAttempts", payout)).attempts).toMatchObject([failed, paid]);
      expect((await ask("get", payout)).link).toMatchObject({ state: "LINK_STATE_COMPLETED", attempts: 2 });
    });

    it("are unknown until somebody knows", async () => {
      const payout = await link("unknown");
      provider.spoil("POST /transfers", "reset", "after");
      expect(await payouts.links.claim(payout, aClaim(good))).toMatchObject({ kind: "unknown" });
      const { attempts } = await ask("listAttempts", payout);
      expect(attempts).toMatchObject([{ number: 1, state: "ATTEMPT_STATE_UNKNOWN", method }]);
      provider.heal();
      await payouts.links.claim(payout, aClaim(good));
      expect((await ask("listAttempts", payout)).attempts).toMatchObject([
        { state: "ATTEMPT_STATE_SUCCEEDED" },
      ]);
    });

    it("stay as they ended when the link is cancelled after them", async () => {
      const payout = await link("cancelled");
      await payouts.links.claim(payout, aClaim(closed));
      expect((await ask("cancel", payout)).link).toMatchObject({
        state: "LINK_STATE_CANCELLED",
        attempts: 1,
      });
      expect((await ask("listAttempts", payout)).attempts).toMatchObject([{ state: "ATTEMPT_STATE_FAILED" }]);
      expect(await payouts.ledger.findCredentials(payout.id)).toBeUndefined();
    });
  });
});
