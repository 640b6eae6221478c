import { afterAll, beforeAll, expect, it } from "vitest";
import { askPage, openForm } from "../support/clients/page-request.ts";
import { callLink, type MadeLink, makeLink, personWithAccount } from "../support/clients/recipient.ts";
import { type RunningService, startService } from "../support/service/service.ts";
import { describeEngines, type Store } from "../support/stores/engines.ts";

/** Two processes on one store, whose pages are asked at the same time. */
describeEngines((newStore) => {
  let store: Store;
  let services: readonly RunningService[] = [];

  beforeAll(async () => {
    store = await newStore();
    const environment = {
      ...store.environment,
      SLUICE_PUBLIC_URL: "https://pay.example.com",
      SLUICE_TRUSTED_PROXIES: "1",
    };
    services = [await startService({ environment }), await startService({ environment })];
  });
  afterAll(async () => {
    await Promise.all(services.map((service) => service.stop()));
    store.remove();
  });

  const [first, second] = [() => services[0] as RunningService, () => services[1] as RunningService];
  const at = (service: RunningService, { url, ...link }: MadeLink): MadeLink => ({
    ...link,
    url: service.url + new URL(url).pathname,
  });
  const paid = async (link: MadeLink) => (await callLink(first(), "Get", link)).payout_link;

  it("a hundred recipients of one link are paid once", async () => {
    const link = await makeLink(first());
    const form = await openForm(at(first(), link));
    const claims = Array.from({ length: 100 }, (_, index) =>
      askPage(at(index % 2 ? first() : second(), link).url, {
        body: { ...form, ...personWithAccount(`0001234567${100 + index}`) },
        headers: { "x-forwarded-for": `2001:db8:${index}::1` },
      }),
    );
    const statuses = (await Promise.all(claims)).map(({ status }) => status);
    expect(statuses.filter((status) => ![303, 422, 429, 503].includes(status))).toEqual([]);
    expect(statuses).toContain(303);
    expect(await paid(link)).toMatchObject({ attempts: 1, state: "LINK_STATE_COMPLETED" });
  });

  it("whoever guesses a code has five tries, wherever and however fast", async () => {
    const link = await makeLink(first(), { options: { claim_code: "4711-right" } });
    const form = await openForm(at(first(), link));
    const guess = (index: number, claimCode: string) =>
      askPage(at(index % 2 ? first() : second(), link).url, {
        body: { ...form, ...personWithAccount("000123456789"), claimCode },
        headers: { "x-forwarded-for": `2001:db8:${index}::2` },
      });
    const guesses = await Promise.all(
      Array.from({ length: 14 }, (_, index) => guess(index, `guess-${index}`)),
    );
    const wrong = guesses.filter(({ text }) => text.includes("This is not the code."));
    const locked = guesses.filter(({ text }) => text.includes("You can try again after"));
    expect([wrong.length, wrong.length + locked.length]).toEqual([5, 14]);
    for (const index of [20, 21]) {
      const { status, text } = await guess(index, "4711-right");
      expect([status, text.includes("You can try again after")]).toEqual([422, true]);
    }
    expect(await paid(link)).not.toMatchObject({ attempts: 1 });
    await store.change(
      `update payout set link_locked_until_ms = 1 where merchant_payout_id = '${link.merchantPayoutId}'`,
    );
    expect((await guess(22, "4711-right")).status).toBe(303);
    expect(await paid(link)).toMatchObject({ attempts: 1, state: "LINK_STATE_COMPLETED" });
  });
});
