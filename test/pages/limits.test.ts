import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askPage, hiddenFields, openForm } from "../support/clients/page-request.ts";
import { callLink, makeLink, personWithAccount } from "../support/clients/recipient.ts";
import { type RunningService, startService, temporaryFolder } from "../support/service/service.ts";

const ACCOUNT = "00098765432101";
const folder = temporaryFolder();
let service: RunningService;

beforeAll(async () => {
  service = await startService({
    environment: {
      SLUICE_DATABASE_URL: `sqlite:${folder.path}/sluice.db`,
      SLUICE_TRUSTED_PROXIES: "1",
      SLUICE_LOG_LEVEL: "debug",
    },
  });
});
afterAll(async () => {
  await service.stop();
  folder.remove();
});

describe("limits", () => {
  it("let a link be acted on ten times a minute, wherever from", async () => {
    const link = await makeLink(service);
    for (let post = 1; post <= 10; post += 1)
      expect((await askPage(link.url, { body: { do: "x" } })).status).toBe(400);
    const { status: last, headers, text } = await askPage(link.url, { body: { do: "x" } });
    expect(last).toBe(429);
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
    expect(text).toContain("Please wait a moment");
    expect((await askPage(link.url)).status).toBe(200);
  });

  it("let an address act thirty times a minute, and look far more often; IPv6 counts by network", async () => {
    const [url, from] = [`${service.url}/l/unknown`, (host: number) => `2001:db8:7:7::${host.toString(16)}`];
    const post = (host: number) => askPage(url, { body: {}, headers: { "x-forwarded-for": from(host) } });
    for (let host = 1; host <= 30; host += 1) expect((await post(host)).status).toBe(404);
    expect((await post(31)).status).toBe(429);
    expect((await askPage(url, { headers: { "x-forwarded-for": from(32) } })).status).toBe(404);
    expect((await askPage(url, { body: {}, headers: { "x-forwarded-for": "2001:db8:7:8::1" } })).status).toBe(
      404,
    );
  });
});

describe("behind a public https URL", () => {
  it("promises TLS, and takes forms of that origin only", async () => {
    const store = temporaryFolder();
    const behind = await startService({
      environment: {
        SLUICE_DATABASE_URL: `sqlite:${store.path}/sluice.db`,
        SLUICE_PUBLIC_URL: "https://pay.example.com",
      },
    });
    try {
      const { url } = await makeLink(behind);
      expect(url).toMatch(/^https:\/\/pay\.example\.com\/l\//);
      const local = `${behind.url}${new URL(url).pathname}`;
      const page = await askPage(local);
      expect(page.headers.get("strict-transport-security")).toContain("max-age=");
      const post = (origin: string) =>
        fetch(local, {
          method: "POST",
          redirect: "manual",
          headers: { origin },
          body: new URLSearchParams(hiddenFields(page.text)),
        });
      expect((await post(behind.url)).status).toBe(403);
      const fine = await post("https://pay.example.com");
      expect([fine.status, fine.headers.get("location")]).toEqual([303, "?step=details"]);
    } finally {
      await behind.stop();
      store.remove();
    }
  });
});

// Last: it looks at what all of the above has left behind.
describe("what is left behind", () => {
  it("has no token in the log, and no account number anywhere", async () => {
    const link = await makeLink(service);
    const form = { ...(await openForm(link)), ...personWithAccount(ACCOUNT) };
    await askPage(link.url, { body: form });
    expect((await callLink(service, "Get", link)).payout_status).toBe("SUCCESS");
    const log = service.output();
    expect(log).toContain("a recipient gave details");
    expect(log).not.toContain(new URL(link.url).pathname.slice("/l/".length));
    expect(log).not.toContain("Lovelace");
    const files = readdirSync(folder.path, { recursive: true, encoding: "utf8" }).filter((name) =>
      /sluice\.db/.test(name),
    );
    expect(files.length).toBeGreaterThan(0);
    for (const text of [log, ...files.map((name) => readFileSync(join(folder.path, name), "latin1"))])
      expect(text).not.toContain(ACCOUNT);
  });
});
