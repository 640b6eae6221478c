import { randomUUID, randomUUIDv7 } from "node:crypto";
import type { DescMethod } from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PayoutLinkService } from "../../src/gen/sluice/v1/payout_link_service_pb.ts";
import { PayoutService } from "../../src/gen/types/payout_pb.ts";
import { newApiKey } from "../../src/security/api-keys.ts";
import { linkOf } from "../support/clients/clients.ts";
import { bearer, callJson } from "../support/clients/json-call.ts";
import { type RunningService, startService, temporaryFolder } from "../support/service/service.ts";

const CREATE_LINK = "types.PayoutService/CreateLink";
const money = { amount: { minor_amount: "4242", currency: "USD" }, destination_currency: "USD" };
const link = {
  ...money,
  link_options: { nickname: "nickname-canary", metadata: { order: "metadata-canary" } },
};
const keys = {
  acme: newApiKey("acme/shop"),
  otherTenant: newApiKey("globex/shop"),
  otherMerchant: newApiKey("acme/other"),
};
const acme = bearer(keys.acme.key);

let folder: ReturnType<typeof temporaryFolder>;
let service: RunningService;
beforeAll(async () => {
  folder = temporaryFolder();
  service = await startService({
    environment: {
      SLUICE_DATABASE_URL: `sqlite:${folder.path}/sluice.db`,
      SLUICE_API_KEYS: Object.values(keys)
        .map(({ entry }) => entry)
        .join(","),
    },
  });
});
afterAll(async () => {
  await service.stop();
  folder.remove();
});

describe("what is another's", () => {
  const bank = {
    ach: { bank_account_number: { value: "000123456789" }, bank_routing_number: { value: "110000000" } },
  };
  /** Calls that are right but for whose payout they name. */
  const bodies: Readonly<Record<keyof typeof PayoutService.method, object>> = {
    create: { ...money, payout_method_data: bank },
    transfer: money,
    get: {},
    void: {},
    stage: money,
    createLink: money,
    createRecipient: { recipient_type: "INDIVIDUAL" },
    enrollDisburseAccount: { payout_method_data: bank },
    eligibility: money,
  };
  const methods = Object.keys(bodies) as (keyof typeof bodies)[];
  const linkMethods = unaryMethodsOf(PayoutLinkService.methods);

  /** A payout with a link of acme/shop, and what nobody else may ever read. */
  async function newVictim(name: string) {
    const body = { ...link, merchant_payout_id: name };
    const { json } = await callJson(service, CREATE_LINK, acme, body);
    const { id, url } = linkOf({ reply: json, trailers: {} });
    const look = async () =>
      (await callJson(service, "types.PayoutService/Get", acme, { merchant_payout_id: name })).json;
    return {
      name,
      id,
      connectorPayoutId: String(json.connector_payout_id),
      canaries: [url.slice(-43), "nickname-canary", "metadata-canary"],
      look,
      before: await look(),
    };
  }

  describe.each([
    ["another tenant", keys.otherTenant],
    ["another merchant", keys.otherMerchant],
  ])("is nothing to %s", (who, { key }) => {
    it.each(methods)("who calls %s, whatever id it is asked by", async (rpc) => {
      const victim = await newVictim(`${rpc} by ${who}`);
      const { name, input } = PayoutService.method[rpc];
      const ids = [
        { merchant_payout_id: victim.name },
        { connector_payout_id: victim.id },
        { connector_payout_id: victim.connectorPayoutId },
        { connector_quote_id: victim.connectorPayoutId },
        { merchant_quote_id: victim.name },
      ].filter((id) => Object.keys(id).every((field) => input.fields.some((each) => each.name === field)));
      expect(ids.length).toBeGreaterThan(0);
      for (const id of ids) {
        const headers = { ...bearer(key), ...(rpc === "transfer" && { "idempotency-key": randomUUID() }) };
        const told = await callJson(service, `types.PayoutService/${name}`, headers, {
          ...bodies[rpc],
          ...id,
        });
        const given = Object.values(id)[0] as string;
        const hidden = [...victim.canaries, victim.id, victim.connectorPayoutId].filter(
          (text) => text !== given,
        );
        expect(hidden.filter((text) => told.text.includes(text))).toEqual([]);
        if (given === victim.id) expect(told.status === 200 && !told.json.error, told.text).toBe(false);
        if (given === victim.name && (rpc === "get" || rpc === "void")) {
          expect(told).toMatchObject({ status: 404, reason: "PAYOUT_NOT_FOUND" });
        }
      }
      expect(await victim.look()).toEqual(victim.before);
    });

    it.each(linkMethods)("who calls PayoutLinkService/%s", async (name) => {
      const victim = await newVictim(`${name} by ${who}`);
      const call = (id: string, headers = bearer(key)) =>
        callJson(service, `sluice.v1.PayoutLinkService/${name}`, headers, name === "List" ? {} : { id });
      const told = await call(victim.id);
      const isServed = name !== "ListEvents";
      if (name !== "List") expect(told.code).toBe(isServed ? "not_found" : "unimplemented");
      const hidden = [...victim.canaries, victim.connectorPayoutId];
      expect(hidden.filter((text) => told.text.includes(text))).toEqual([]);
      const nobodys = await call(randomUUIDv7());
      expect([told.status, told.code, told.reason]).toEqual([nobodys.status, nobodys.code, nobodys.reason]);
      expect(await victim.look()).toEqual(victim.before);
      if (isServed) expect((await call(victim.id, acme)).status).toBe(200);
    });

    it.each([
      {},
      { states: ["LINK_STATE_ACTIVE"] },
      { connector: "sandbox" },
      { merchant_payout_id_prefix: "victim" },
      { metadata_key: "order" },
      { create_time_from: "2020-01-01T00:00:00Z" },
    ])("who lists links with %j", async (filter) => {
      const victim = await newVictim(`victim ${JSON.stringify(filter)} of ${who}`);
      const list = (headers: ReturnType<typeof bearer>) =>
        callJson(service, "sluice.v1.PayoutLinkService/List", headers, { filter });
      expect((await list(acme)).text).toContain(victim.id);
      const told = await list(bearer(key));
      expect(told.status).toBe(200);
      expect([...victim.canaries, victim.id].filter((text) => told.text.includes(text))).toEqual([]);
    });

    it("even if its headers say so", async () => {
      const scope = { "x-tenant-id": "acme", "x-merchant-id": "shop" };
      const victim = await newVictim(`headers of ${who}`);
      const calls = [
        ...PayoutService.methods.map(({ name, input }) => ({
          path: `types.PayoutService/${name}`,
          body: input.field.merchantPayoutId ? { merchant_payout_id: victim.name } : {},
        })),
        ...linkMethods.map((name) => ({
          path: `sluice.v1.PayoutLinkService/${name}`,
          body: name === "List" ? {} : { id: victim.id },
        })),
      ];
      for (const { path, body } of calls) {
        const told = await callJson(service, path, { ...bearer(key), ...scope }, body);
        expect([path, told.status, told.reason]).toEqual([path, 403, "CALLER_NOT_ALLOWED"]);
        expect(victim.canaries.filter((text) => told.text.includes(text))).toEqual([]);
      }
      expect(await victim.look()).toEqual(victim.before);
    });
  });
});

function unaryMethodsOf(methods: readonly DescMethod[]): readonly string[] {
  return methods.filter(({ methodKind }) => methodKind === "unary").map(({ name }) => name);
}
