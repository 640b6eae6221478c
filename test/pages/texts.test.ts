import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askPage, openForm } from "../support/clients/page-request.ts";
import { callLink, type MadeLink, makeLink, personWithAccount } from "../support/clients/recipient.ts";
import { type RunningService, startService, temporaryFolder } from "../support/service/service.ts";

/** Texts of others' on our pages. */
const folder = temporaryFolder();
let service: RunningService;

beforeAll(async () => {
  const environment = { SLUICE_DATABASE_URL: `sqlite:${folder.path}/sluice.db`, SLUICE_TRUSTED_PROXIES: "1" };
  service = await startService({ environment });
});
afterAll(async () => {
  await service.stop();
  folder.remove();
});

const path = "https://example.com/";
/** What a merchant can say of a link. `end` is put behind every URL. */
const said = (text: string, end: string) => ({
  options: {
    description: text,
    memo: text,
    nickname: text,
    items: [
      {
        name: text,
        description: text,
        quantity: 2,
        minor_amount: 100,
        image_url: path + end,
        alternative_image_urls: [path + end],
      },
    ],
    branding: { sender_name: text, logo_alt_text: text, logo_url: path + end, icon_url: path + end },
    terms_url: path + end,
    success_url: path + end,
    failure_url: path + end,
    expired_url: path + end,
    recipient: {
      first_name: text,
      last_name: text,
      email: text,
      business_name: text,
      doing_business_as: text,
    },
    metadata: { key: text },
  },
});

/** What forms may not say. */
const refused = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** Every page that a link has until it is paid or cancelled: with texts, as HTML. */
async function pagesOf(text: string, end: string): Promise<readonly string[]> {
  const wish = said(text, end);
  const link = await makeLink(service, wish);
  // Without a logo there is a name in its place.
  const branding = { ...wish.options.branding, logo_url: undefined };
  const cancelled = await makeLink(service, { options: { ...wish.options, branding } });
  const typed = text.replaceAll(refused, "");
  const person = {
    ...personWithAccount("00004002"),
    firstName: typed,
    lastName: typed,
    city: typed,
    line1: typed,
  };
  const form = await openForm(link);
  const shown = [
    await askPage(link.url),
    await askPage(`${link.url}?step=details`),
    await askPage(`${link.url}?step=details&kind=business&method=iban`),
    await askPage(link.url, { body: { ...form, ...person, routingNumber: typed, accountNumber: typed } }),
    await askPage(link.url, { body: { ...form, ...person, form_token: text } }),
  ];
  await pay(link, "00004002");
  shown.push(await askPage(link.url));
  await pay(link, "000123456789");
  shown.push(await askPage(link.url), await askPage(`${link.url}?checked=now`));
  await callLink(service, "Void", cancelled);
  shown.push(await askPage(cancelled.url));
  expect(shown.map(({ status }) => status)).toEqual([200, 200, 200, 422, 403, 200, 200, 200, 200]);
  return shown.map((page) => page.text);
}

async function pay(link: MadeLink, account: string): Promise<void> {
  const form = { ...(await openForm(link)), ...personWithAccount(account) };
  expect((await askPage(link.url, { body: form })).status).toBe(303);
}

const tag = /<(\/?[a-z][a-z0-9]*)((?:\s+[^\s"'<>/=]+(?:="[^"]*")?)*)\s*\/?>/gi;

/** The elements of a page and the names of their attributes: what texts have no part in. */
function skeleton(html: string): readonly string[] {
  const markup = html.replace(/<style[\s\S]*?<\/style>/, "").replace(/<script nonce[\s\S]*?<\/script>/, "");
  const names = [...markup.matchAll(tag)].map(([, name, attributes = ""]) =>
    [
      name,
      ...attributes
        .replaceAll(/="[^"]*"/g, "")
        .trim()
        .split(/\s+/),
    ].join(" "),
  );
  expect(markup.replace("<!doctype html>", "").replaceAll(tag, "")).not.toMatch(/[<>]/);
  return names;
}

describe("a text of others'", () => {
  let plain: readonly (readonly string[])[];
  beforeAll(async () => {
    plain = (await pagesOf("plain", "plain")).map(skeleton);
  });

  it.each([
    ["</title></textarea></style></noscript></script><script>alert(1)</script>", "</script><script>"],
    [`"><img src=x onerror=alert(1)>`, `"onerror="alert(1)`],
    ["' onfocus=alert(1) autofocus='", "'onerror='alert(1)"],
    ["javascript:alert(1)", "javascript:alert(1)"],
    ["<!--", "<!--"],
    ["&lt;script&gt;&#60;b&#62;&quot;", "&quot;onerror=&quot;"],
    ["{sender} {amount} $& $1 $`", "{host}$&"],
    ["\u202e\u2066evil\u2028\u2029\ufeff", "%E2%80%AE"],
    ["0;url=https://evil.example", ";url=https://evil.example"],
    ["]]><svg/onload=alert(1)>", "\\..\\..\\evil"],
    ["\u0000\u0008<\u0000script>", "%00%0d%0aset-cookie:x"],
  ])("is only ever text: %j", async (text, end) => {
    const shown = await pagesOf(text, end);
    expect(shown.map(skeleton)).toEqual(plain);
    for (const html of shown) {
      expect(html).not.toMatch(
        /(?:href|src|data-others|content)="(?:\d+;url=)?\s*(?:javascript|data:text|http:)/i,
      );
      expect(html).not.toContain("alert(1)>");
    }
  });
});

describe("a page", () => {
  it("goes where its sender says, and nowhere that its URL says", async () => {
    const evil = "https://evil.example/";
    const link = await makeLink(service, { options: { success_url: `${path}thanks?a=1&b=2#c` } });
    await pay(link, "000123456789");
    const query = `?checked=now&success_url=${evil}&url=${evil}&returnUrl=${evil}&lang=${evil}&step=${evil}`;
    const { text } = await askPage(link.url + query);
    expect(text).toContain(`href="${path}thanks?a=1&amp;b=2#c"`);
    expect(text).not.toContain("evil");
    const { headers } = await askPage(link.url + query, { body: await openForm(link) });
    expect(headers.get("location") ?? "").not.toMatch(/evil|^\w+:|^\/\//);
  });

  it.each([
    "#fff",
    "red",
    "#12345g",
    "#1234567",
    "#123456;}body{display:none",
    "url(//evil)",
    "\u0000#123456",
  ])("has no colour %j", async (color) => {
    await expect(makeLink(service, { options: { branding: { brand_color: color } } })).rejects.toThrow(
      "branding.brand_color",
    );
  });
});
