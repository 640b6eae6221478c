import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type FakeStripe, startFakeStripe } from "../../fakes/stripe/fake-stripe.ts";
import { accessibilityProblems, startBrowser, type TestBrowser } from "../../support/clients/browser.ts";
import {
  callLink,
  type LinkWish,
  type MadeLink,
  makeLink,
  standing,
  until,
} from "../../support/clients/recipient.ts";
import { type RunningService, startService, temporaryFolder } from "../../support/service/service.ts";
import { tool } from "../../support/tools.ts";

const go = "main form button";

describe.runIf(tool("chromium"))("a recipient whom the provider asks on a page of its own", () => {
  const folder = temporaryFolder();
  let stripe: FakeStripe;
  let service: RunningService;
  let browser: TestBrowser;
  let visitors = 0;

  beforeAll(async () => {
    [stripe, browser] = await Promise.all([startFakeStripe(), startBrowser()]);
    service = await startService({
      environment: {
        SLUICE_DATABASE_URL: `sqlite:${folder.path}/sluice.db`,
        SLUICE_STRIPE_URL: stripe.url,
        SLUICE_TRUSTED_PROXIES: "1",
      },
    });
  });
  afterEach(async () => {
    stripe.control.heal();
    await browser.closePages();
  });
  afterAll(async () => {
    await service.stop();
    folder.remove();
    await Promise.all([browser.close(), stripe.close()]);
  });

  const wish = (): LinkWish => ({
    connector: "stripe",
    amount: 1000,
    headers: {
      "x-connector-config": JSON.stringify({
        config: {
          Stripe: { api_key: "sk_test_canary", financial_account: stripe.control.financialAccount },
        },
      }),
    },
  });
  const known = { options: { recipient: { email: "ada@example.com", country: "US" } } };
  const arrive = async (more: Pick<LinkWish, "options"> = known): Promise<[Page, MadeLink]> => {
    const link = await makeLink(service, { ...wish(), ...more });
    const page = await browser.page({
      extraHTTPHeaders: { "x-forwarded-for": `192.0.2.${++visitors}` },
    });
    await page.goto(link.url);
    return [page, link];
  };
  const get = (link: MadeLink) => callLink(service, "Get", link, wish());
  /** The form of the provider's page. */
  const provider = (page: Page) => page.locator("select[name=type]");

  it("goes there, comes back, and is paid by itself", async () => {
    const [page, link] = await arrive();
    expect(await page.locator("main").innerText()).toContain("secure page");
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.click(go);
    await provider(page).waitFor();
    expect(new URL(page.url()).origin).toBe(stripe.url);
    await page.click("button");
    await until(page, "pending");
    expect(page.url()).toContain(link.url);
    expect(stripe.control.count("payments")).toBe(1);
    const { connector_payout_id } = await get(link);
    stripe.control.settle(String(connector_payout_id), "posted");
    await page.click(go);
    await until(page, "paid");
    expect(stripe.control.count("payments")).toBe(1);
  });

  it("reads where they are going before they get there", async () => {
    const [page] = await arrive();
    await page.route(`${stripe.url}/**`, (route) => route.fulfill({ status: 204 }));
    await page.click(go);
    const onward = page.locator("main a.button");
    await onward.waitFor();
    expect(await page.locator("h1").innerText()).toBe(`Taking you to ${new URL(stripe.url).host}`);
    expect(await onward.getAttribute("href")).toContain(`${stripe.url}/r/acct_`);
    expect(await accessibilityProblems(page)).toEqual([]);
  });

  it("is asked for what the provider must know first, in their language", async () => {
    const [page] = await arrive({});
    await page.click("footer a[lang=de]");
    await page.fill("#email", "ada");
    await page.selectOption("#country", "GB");
    await page.click(go);
    await page.locator("[data-problems]").waitFor();
    expect(await page.locator("#country").inputValue()).toBe("GB");
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.fill("#email", "ada@example.com");
    await page.click(go);
    await provider(page).waitFor();
    expect(stripe.control.account(stripe.control.accountIds().at(-1) ?? "").country).toBe("GB");
    await page.click("button");
    await page.locator("main[data-standing]").waitFor();
    expect(await page.locator("html").getAttribute("lang")).toBe("de");
  });

  it("finds a page that has run out in the meantime, and goes on with a fresh one", async () => {
    const [page, link] = await arrive();
    await page.click(go);
    await provider(page).waitFor();
    stripe.control.advanceMs(11 * 60_000);
    await page.reload();
    await page.waitForURL(/checked=now/);
    expect(page.url()).toContain(link.url);
    expect(await standing(page)).toBe("open");
    expect(await page.locator(go).first().innerText()).toBe("Continue where you left off");
    await page.click(go);
    await provider(page).waitFor();
    await page.click("button");
    await until(page, "pending");
  });

  it("is told that the provider is down, and goes on when it is up again", async () => {
    const [page, link] = await arrive();
    stripe.control.inject({ kind: "error-500", match: /account_links/, times: 20 });
    await page.click(go);
    await page.locator(".notice").waitFor();
    expect(await page.locator(".notice").innerText()).toContain("Nothing was sent.");
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(page.url()).toContain(link.url);
    stripe.control.heal();
    await page.click(go);
    await provider(page).waitFor();
  });

  it("is paid once, however often they look at the same time", async () => {
    const [page, link] = await arrive();
    await page.click(go);
    await provider(page).waitFor();
    const before = stripe.control.count("payments");
    stripe.control.completeOnboarding(stripe.control.accountIds().at(-1) ?? "");
    const looks = Array.from({ length: 4 }, async () => {
      const other = await page.context().newPage();
      await other.goto(link.url);
      await until(other, "pending");
    });
    await Promise.all(looks);
    expect(stripe.control.count("payments")).toBe(before + 1);
  });

  it("needs the sender's code before anything is asked of the provider", async () => {
    const [page] = await arrive({ options: { ...known.options, claim_code: "right-code" } });
    const before = stripe.control.requests().length;
    await page.fill("#claimCode", "wrong-code");
    await page.click(go);
    await page.locator("#claimCode-fault").waitFor();
    expect(stripe.control.requests().length).toBe(before);
    await page.fill("#claimCode", "right-code");
    await page.click(go);
    await provider(page).waitFor();
  });
});
