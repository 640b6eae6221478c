import { describe, expect, it } from "vitest";
import { PayoutStatus } from "../../src/connector/contract.ts";
import { accessibilityProblems, overflow } from "../support/clients/browser.ts";
import { askPage, openForm } from "../support/clients/page-request.ts";
import {
  callLink,
  type LinkWish,
  type MadeLink,
  makeLink,
  personWithAccount,
  standing,
  until,
} from "../support/clients/recipient.ts";
import { button, pageStage } from "../support/stages/page-stage.ts";
import { tool } from "../support/tools.ts";

const elsewhere = "https://shop.example/";

describe.runIf(tool("chromium"))("a recipient who comes back", () => {
  const stage = pageStage({ branding: { sender_name: "Known By File", brand_color: "#7c3aed" } });
  const { visit } = stage;

  async function given(account: string, options: object = {}, wish: LinkWish = {}): Promise<MadeLink> {
    const link = await makeLink(stage.service, { ...wish, options });
    const form = { ...(await openForm(link)), ...personWithAccount(account) };
    expect((await askPage(link.url, { body: form })).status).toBe(303);
    return link;
  }
  const set = ({ merchantPayoutId }: MadeLink, columns: string) =>
    stage.change(`update payout set ${columns} where merchant_payout_id = '${merchantPayoutId}'`);
  const expired = "link_expires_at_ms = 1";

  const urls = { failure_url: `${elsewhere}failed`, expired_url: `${elsewhere}expired` };
  it.each<[string, string, readonly string[], () => Promise<MadeLink>]>([
    [
      "that the money came back",
      "returned",
      ["The money came back", "Please ask Known By File", "Continue to Known By File"],
      async () => {
        const link = await given("000123456789", urls);
        set(link, `status = ${PayoutStatus.REVERSED}`);
        return link;
      },
    ],
    [
      "that the details are there and the payment is to come",
      "received",
      ["We have your details", "The payment will be made shortly.", "Check again"],
      async () => {
        const link = await makeLink(stage.service);
        set(link, `status = ${PayoutStatus.REQUIRES_FULFILLMENT}, link_state = 'CLAIMED'`);
        return link;
      },
    ],
    [
      "that it failed, once the link has run out",
      "failed",
      ["The payment did not go through", "The account is closed.", "Please contact Known By File."],
      async () => {
        const link = await given("00004002", urls);
        set(link, expired);
        return link;
      },
    ],
    [
      "the same when that has been written down",
      "failed",
      ["The payment did not go through", "The account is closed.", "Please contact Known By File."],
      async () => {
        const link = await given("00004002", urls);
        set(link, expired);
        expect((await callLink(stage.service, "Get", link)).payout_link).toMatchObject({
          state: "LINK_STATE_EXPIRED",
        });
        return link;
      },
    ],
    [
      "that the link has run out",
      "expired",
      ["This link has expired", "Please ask Known By File for a new one.", "Continue to Known By File"],
      async () => {
        const link = await makeLink(stage.service, { options: urls });
        set(link, expired);
        return link;
      },
    ],
  ])("is told %s", async (_name, state, words, make) => {
    const link = await make();
    for (const [width, colorScheme] of [
      [320, "dark"],
      [1280, "light"],
    ] as const) {
      const page = await visit(link.url, { viewport: { width, height: 800 }, colorScheme });
      expect(await standing(page)).toBe(state);
      const main = await page.locator("main").innerText();
      for (const sentence of words) expect(main).toContain(sentence);
      expect(await accessibilityProblems(page)).toEqual([]);
      expect(await overflow(page)).toBe(0);
    }
  });

  it("reads when to expect the money: counted from its payment, not from when they gave the details", async () => {
    const link = await given("000123456789");
    // A Friday, and long before that.
    stage.change(
      `update attempt set started_at_ms = ${Date.UTC(2026, 10, 20)} where operation = 'transfer' and payout_id =
       (select id from payout where merchant_payout_id = '${link.merchantPayoutId}')`,
    );
    set(link, `link_claimed_at_ms = ${Date.UTC(2026, 0, 5)}`);
    const page = await visit(link.url);
    expect((await page.locator(".facts").innerText()).replaceAll(/[\u2009\u2013\s]+/g, " ")).toContain(
      "Expected to arrive November 23 25, 2026",
    );
  });

  it("sees the sender's colours and name where the link says none", async () => {
    const page = await visit((await makeLink(stage.service)).url);
    expect(await page.title()).toBe("A payment for you – Known By File");
    const color = `getComputedStyle(document.querySelector("${button}")).backgroundColor`;
    expect(await page.evaluate(color)).toBe("rgb(124, 58, 237)");
  });

  it("reads words of any length on the narrowest screen", async () => {
    const word = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz".repeat(2).slice(0, 100);
    const options = {
      branding: { sender_name: word },
      description: word.repeat(9),
      memo: word.repeat(9),
      items: [
        {
          name: word.repeat(2),
          description: word,
          quantity: 4_294_967_295,
          minor_amount: "9223372036854775807",
        },
      ],
      success_url: elsewhere,
    };
    const amount = { minor_amount: "9223372036854775807", currency: "USD" };
    const body = { merchant_payout_id: `long-${"x".repeat(200)}`, amount };
    const link = await given("000123456789", options, { body });
    const other = await makeLink(stage.service, { options, body: { amount } });
    for (const url of [link.url, other.url, `${other.url}?step=details`]) {
      const page = await visit(url, { viewport: { width: 320, height: 640 } });
      expect(await overflow(page)).toBe(0);
      expect(await accessibilityProblems(page)).toEqual([]);
    }
  });

  it("sees the next picture where one does not load, and none where none does", async () => {
    const images = ["first", "second"].map((name) => `https://pictures.example/${name}.svg`);
    const [image_url, ...alternative_image_urls] = images;
    const items = [
      { name: "Shown", image_url, alternative_image_urls },
      { name: "Bare", image_url },
    ];
    const link = await makeLink(stage.service, { options: { items } });
    const page = await visit("about:blank");
    const asked: string[] = [];
    await page.route("https://pictures.example/*", (route) => {
      const request = route.request();
      asked.push(`${request.url()} ${request.headers().referer}`);
      const body = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>';
      return request.url().includes("second")
        ? route.fulfill({ contentType: "image/svg+xml", body })
        : route.fulfill({ status: 404 });
    });
    await page.goto(link.url);
    const shown = page.locator("img");
    await page.locator("img[src*=second]").waitFor();
    await expect.poll(() => shown.count()).toBe(1);
    expect(asked.filter((line) => !line.endsWith(" undefined"))).toEqual([]);
  });

  it("without script is taken on to the sender's page", async () => {
    const link = await given("000123456789", { success_url: `${elsewhere}thanks` });
    const page = await visit("about:blank", { javaScriptEnabled: false });
    await page.route(`${elsewhere}*`, (route) => route.fulfill({ body: "shop" }));
    await page.goto(`${link.url}?checked=now`);
    expect(await page.locator("[data-stay]").isVisible()).toBe(false);
    await page.waitForURL(`${elsewhere}thanks`);
  });

  it("goes on waiting while the server is in trouble", async () => {
    const page = await visit((await given("00002001")).url);
    let troubles = 0;
    await page.route("**/l/*", (route) => {
      troubles += 1;
      return troubles > 2
        ? route.fallback()
        : route.fulfill({
            status: 503,
            contentType: "text/html",
            body: '<main data-standing="broken"></main>',
          });
    });
    await expect.poll(() => troubles, { timeout: 15_000 }).toBeGreaterThan(1);
    expect(await standing(page)).toBe("pending");
    await page.locator('main[data-standing="paid"]').waitFor({ timeout: 25_000 });
    await until(page, "paid");
  }, 60_000);
});
