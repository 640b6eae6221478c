import { afterAll, beforeAll, expect, it } from "vitest";
import { type FakeFinix, startFake } from "../fakes/finix/fake.ts";
import { callGrpcJs, linkOf, type TestCall } from "../support/clients/clients.ts";
import { callLinksInJson } from "../support/clients/link-calls.ts";
import { type RunningService, startService } from "../support/service/service.ts";
import { describeEngines, type Store } from "../support/stores/engines.ts";

/** Links whose page is the provider's own: what it says of them is shown everywhere, and its clock is the one that counts. */
describeEngines((newStore) => {
  let store: Store;
  let fake: FakeFinix;
  let service: RunningService;
  beforeAll(async () => {
    store = await newStore();
    fake = await startFake();
    service = await startService({ environment: { ...store.environment, SLUICE_FINIX_URL: fake.url } });
  });
  afterAll(async () => {
    await service.stop();
    await fake.close();
    store.remove();
  });

  const call = (rpc: TestCall["rpc"], body: object) =>
    callGrpcJs(service, {
      rpc,
      headers: { "x-connector-config": JSON.stringify({ config: { Finix: fake.credentials } }) },
      body: body as TestCall["body"],
    });
  const make = (id: string) =>
    call("createLink", {
      merchant_payout_id: id,
      amount: { minor_amount: "1000", currency: "USD" },
      destination_currency: "USD",
      link_options: { terms_url: "https://shop.example/terms", metadata: { order: id } },
    });

  it("show the provider's URL in CreateLink, a repeat, Get, List", async () => {
    const made = linkOf(await make("hosted-1"));
    expect(new URL(made.url).origin).not.toBe(service.url);
    expect(linkOf(await make("hosted-1")).url).toBe(made.url);
    expect(linkOf(await call("get", { merchant_payout_id: "hosted-1" })).url).toBe(made.url);
    const { reply } = await callLinksInJson(service, "List", { filter: { metadata_key: "order" } });
    const [listed] = reply.links as { url: string; expire_time: string; metadata: object }[];
    expect(listed).toMatchObject({ url: made.url, metadata: { order: "hosted-1" } });
    const { reply: found } = await callLinksInJson(service, "Get", { id: made.id });
    expect(found.link).toMatchObject({ url: made.url, expire_time: listed?.expire_time });
  });

  it("have no URL of ours to replace", async () => {
    const { id } = linkOf(await make("hosted-2"));
    const { code, message } = await callLinksInJson(service, "ReplaceUrl", { id });
    expect(code).toBe("failed_precondition");
    expect(message).toMatch(/finix's own.*Cancel the link and make another/);
  });

  it("run out when the provider says so, and not by this server's clock", async () => {
    const { id } = linkOf(await make("hosted-3"));
    await store.change(`update payout set link_expires_at_ms = 1000 where id = '${id}'`);
    const state = async () =>
      ((await callLinksInJson(service, "Get", { id })).reply.link as { state: string }).state;
    expect(await state()).toBe("LINK_STATE_ACTIVE");
    expect((await call("get", { merchant_payout_id: "hosted-3" })).reply).toMatchObject({
      payout_status: "REQUIRES_PAYOUT_METHOD_DATA",
    });
    fake.expire((fake.links().at(-1) as { id: string }).id);
    expect((await call("get", { merchant_payout_id: "hosted-3" })).reply).toMatchObject({
      payout_status: "EXPIRED",
    });
    expect(await state()).toBe("LINK_STATE_EXPIRED");
  });
});
