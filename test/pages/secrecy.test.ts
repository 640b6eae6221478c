import { afterAll, beforeAll, expect, it } from "vitest";
import { askPage, openForm, type PageReply } from "../support/clients/page-request.ts";
import { callLink, type MadeLink, makeLink, personWithAccount } from "../support/clients/recipient.ts";
import { type RunningService, startService } from "../support/service/service.ts";
import { describeEngines, type Store } from "../support/stores/engines.ts";

const secrets = {
  accountNumber: "00090210421142",
  cardNumber: "4111111111111111",
  firstName: "Firstcanary",
  lastName: "Lastcanary",
  email: "canary@recipient.example",
  line1: "Canary Street 4",
  claimCode: "code-canary",
};

/** What recipients give, on pages that break in the middle. */
describeEngines((newStore) => {
  let store: Store;
  let service: RunningService;
  const links: MadeLink[] = [];

  beforeAll(async () => {
    store = await newStore();
    service = await startService({
      environment: { ...store.environment, SLUICE_LOG_LEVEL: "debug", SLUICE_TRUSTED_PROXIES: "1" },
    });
  });
  afterAll(async () => {
    await service.stop();
    store.remove();
  });

  /** Gives everything while one table of the store is away. */
  async function giveWithout(table: string, more: Readonly<Record<string, string>> = {}): Promise<PageReply> {
    const link = await makeLink(service, { options: { claim_code: secrets.claimCode } });
    links.push(link);
    const form = { ...(await openForm(link)), ...personWithAccount(""), ...secrets, ...more };
    await store.change(`alter table ${table} rename to ${table}_away`);
    try {
      return await askPage(`${link.url}?step=details${more.method ? `&method=${more.method}` : ""}`, {
        body: form,
      });
    } finally {
      await store.change(`alter table ${table}_away rename to ${table}`);
    }
  }

  it("say so, and that nobody is paid twice, where the store fails", async () => {
    for (const table of ["payout", "attempt"]) {
      const { status, text, headers } = await giveWithout(table);
      expect([table, status]).toEqual([table, 503]);
      expect(headers.get("cache-control")).toBe("no-store");
      for (const secret of [secrets.cardNumber, secrets.claimCode]) expect(text).not.toContain(secret);
      expect(text).not.toMatch(/\.ts:\d|relation "|no such table/);
    }
    expect((await callLink(service, "Get", links.at(-1) as MadeLink)).payout_status).toBe(
      "REQUIRES_PAYOUT_METHOD_DATA",
    );
  });

  it("keep everything out of the log, the answers and the metrics, however a claim ends", async () => {
    const wish = { options: { claim_code: secrets.claimCode } };
    const ends: readonly [number, Readonly<Record<string, string>>][] = [
      [422, { claimCode: "wrong" }],
      [422, { routingNumber: secrets.accountNumber }],
      [403, { form_token: secrets.accountNumber }],
      [400, { do: secrets.accountNumber }],
      [303, { accountNumber: "902100005001" }],
      [503, { accountNumber: "902100004401" }],
      [303, {}],
    ];
    for (const [status, more] of ends) {
      const link = await makeLink(service, wish);
      links.push(link);
      const form = { ...(await openForm(link)), ...personWithAccount(""), ...secrets, ...more };
      const reply = await askPage(`${link.url}?step=details`, { body: form });
      expect([reply.status, more]).toEqual([status, more]);
      expect(reply.text).not.toContain(secrets.cardNumber);
    }
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    const tokens = links.map(({ url }) => url.slice(-43));
    const hidden = [...Object.values(secrets), "902100005001", "902100004401", ...tokens];
    expect(service.output()).toContain('"level":"error"');
    expect(service.output()).toContain("a recipient gave details");
    for (const text of [service.output(), metrics]) {
      expect(hidden.filter((secret) => text.includes(secret))).toEqual([]);
    }
  });
});
