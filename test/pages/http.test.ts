import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askPage, hiddenFields, openForm, type PageRequest } from "../support/clients/page-request.ts";
import { callLink, type MadeLink, makeLink, personWithAccount } from "../support/clients/recipient.ts";
import { type RunningService, startService, temporaryFolder } from "../support/service/service.ts";

const ACCOUNT = "00098765432101";
const folder = temporaryFolder();
let service: RunningService;

beforeAll(async () => {
  service = await startService({
    environment: {
      SLUICE_DATABASE_URL: `sqlite:${folder.path}/sluice.db`,
      SLUICE_TRUSTED_PROXIES: "1",
    },
  });
});
afterAll(async () => {
  await service.stop();
  folder.remove();
});

const status = async (link: MadeLink) => (await callLink(service, "Get", link)).payout_status;
const WAITING = "REQUIRES_PAYOUT_METHOD_DATA";

describe("every page", () => {
  it("keeps everything of others' out, and is kept by nobody", async () => {
    const link = await makeLink(service);
    const pages = [
      await askPage(link.url),
      await askPage(`${service.url}/l/unknown`),
      await askPage(link.url, { body: {} }),
      await askPage(link.url, { body: {}, headers: { "sec-fetch-site": "cross-site" } }),
    ];
    expect(pages.map((page) => page.status)).toEqual([200, 404, 400, 403]);
    for (const { headers, text } of pages) {
      const policy = headers.get("content-security-policy") ?? "";
      const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1];
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("form-action 'self'; frame-ancestors 'none'; base-uri 'none'");
      expect(policy).not.toContain("unsafe");
      expect(text.match(/<(script|style)[^>]*>/g)).toEqual([
        `<style nonce="${nonce}">`,
        `<script nonce="${nonce}">`,
      ]);
      expect(text).not.toMatch(/\s(style|on\w+)="/);
      expect(Object.fromEntries(headers)).toMatchObject({
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "x-robots-tag": "noindex, nofollow",
        "cross-origin-opener-policy": "same-origin",
      });
      expect(headers.get("strict-transport-security")).toBeNull();
      expect(headers.get("set-cookie")).toBeNull();
      expect(text.length).toBeLessThan(50_000);
    }
    expect((await askPage(`${link.url}?step=details`)).text.length).toBeLessThan(50_000);
  });

  it.each([{}, { logo_url: `https://example.com/"onerror="x` }])(
    "escapes what merchants write, with %j",
    async (logo) => {
      const evil = `"><script>alert(1)</script>'&lt;\u202e`;
      const link = await makeLink(service, {
        options: {
          description: evil,
          memo: evil,
          items: [{ name: evil, description: evil, image_url: `https://example.com/"><script>` }],
          branding: { sender_name: evil, ...logo },
          recipient: { first_name: evil },
        },
      });
      for (const url of [link.url, `${link.url}?step=details`]) {
        const { text } = await askPage(url);
        expect(text.match(/<script/g)).toHaveLength(1);
        expect(text).not.toContain('"onerror');
        expect(text).toContain("&lt;script&gt;");
      }
    },
  );
});

describe("a token that leads nowhere", () => {
  it("gets the same page, whyever", async () => {
    const link = await makeLink(service);
    const { id } = (await callLink(service, "Get", link)).payout_link as { id: string };
    const replaced = await fetch(`${service.url}/sluice.v1.PayoutLinkService/ReplaceUrl`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ id }),
    });
    expect(replaced.status).toBe(200);
    const urls = [
      link.url,
      `${service.url}/l/${"A".repeat(43)}`,
      `${service.url}/l/short`,
      `${service.url}/l/%00%ff`,
      `${service.url}/l/${"x".repeat(3000)}`,
      `${service.url}/l/a/b`,
    ];
    const pages = await Promise.all(urls.map((url) => askPage(url)));
    expect(pages.map((page) => page.status)).toEqual(urls.map(() => 404));
    const bodies = new Set(pages.map(({ text }) => text.replaceAll(/nonce="[^"]+"/g, "")));
    expect(bodies.size).toBe(1);
    expect((await askPage(link.url, { body: { do: "open" } })).status).toBe(404);
    expect((await askPage(link.url, { method: "PUT", body: "{}" })).status).toBe(404);
  });
});

describe("looking", () => {
  it("changes nothing, whatever the URL says", async () => {
    const link = await makeLink(service);
    const before = await callLink(service, "Get", link);
    for (const query of [
      "",
      "?step=details",
      "?do=open",
      "?step=details&kind=business&method=iban&checked=now",
    ])
      expect((await askPage(`${link.url}${query}`)).status).toBe(200);
    await askPage(link.url, { method: "HEAD" });
    expect(await callLink(service, "Get", link)).toEqual(before);
  });
});

describe("a form", () => {
  it("counts only as one of ours", async () => {
    const link = await makeLink(service);
    const form = { ...(await openForm(link)), ...personWithAccount(ACCOUNT) };
    const other = hiddenFields((await askPage((await makeLink(service)).url)).text);
    const posts: readonly [number, PageRequest][] = [
      [403, { body: { ...form, form_token: "" } }],
      [403, { body: { ...form, form_token: other.form_token ?? "" } }],
      [400, { body: { ...form, do: "constructor" } }],
      [400, { body: `${new URLSearchParams(form)}&city=x` }],
      [400, { body: { ...form, city: "x".repeat(1001) } }],
    ];
    for (const [expected, post] of posts) {
      const { status: got } = await askPage(link.url, post);
      expect([got, JSON.stringify(post).slice(0, 120)]).toEqual([
        expected,
        JSON.stringify(post).slice(0, 120),
      ]);
    }
    expect(await status(link)).toBe(WAITING);
  });

  it("that lay open for too long is shown again with what was written", async () => {
    const link = await makeLink(service);
    const form = { ...(await openForm(link)), ...personWithAccount(ACCOUNT), form_token: "a.b.c" };
    const page = await askPage(`${link.url}?step=details`, { body: form });
    expect(page.status).toBe(403);
    expect(page.text).toContain("open for a long time");
    expect(page.text).toContain('value="Lovelace"');
    const again = await askPage(`${link.url}?step=details`, {
      body: { ...form, ...hiddenFields(page.text) },
    });
    expect(again.status).toBe(303);
  });

  it("pays once, of many at the same time", async () => {
    const link = await makeLink(service);
    const form = await openForm(link);
    const claims = Array.from({ length: 8 }, (_, at) =>
      askPage(link.url, { body: { ...form, ...personWithAccount(`${ACCOUNT}${at}`) } }),
    );
    const ends = await Promise.all(claims);
    for (const { status: end } of ends) expect([303, 422]).toContain(end);
    expect(ends.some((end) => end.status === 303)).toBe(true);
    const { payout_link } = await callLink(service, "Get", link);
    expect(payout_link).toMatchObject({ attempts: 1, state: "LINK_STATE_COMPLETED" });
  });

  it("from before a failed payment is no order to pay", async () => {
    const link = await makeLink(service);
    const first = await openForm(link);
    const claim = (account: string) =>
      askPage(link.url, { body: { ...first, ...personWithAccount(account) } });
    expect((await claim("00004002")).status).toBe(303);
    expect((await claim(ACCOUNT)).status).toBe(303);
    expect(await status(link)).toBe("FAILED");
    const second = { ...hiddenFields((await askPage(link.url)).text), ...personWithAccount(ACCOUNT) };
    expect(second.entry).toBe("2");
    expect((await askPage(link.url, { body: second })).status).toBe(303);
    expect(await status(link)).toBe("SUCCESS");
  });
});
