import { writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll } from "vitest";
import { startBrowser, type TestBrowser } from "../clients/browser.ts";
import {
  callLink,
  fillIn,
  type LinkWish,
  type MadeLink,
  makeLink,
  personWithAccount,
} from "../clients/recipient.ts";
import { type RunningService, startService, temporaryFolder } from "../service/service.ts";

/** The button of a page's form. */
export const button = "main form button";

/** A service with the sandbox, and recipients in browsers, for the tests of one file. */
export interface PageStage {
  readonly service: RunningService;
  /** Changes rows past the ledger, as the passing of time would. */
  change(sql: string): void;
  /** Somebody new opens a URL. */
  visit(url: string, options?: BrowserContextOptions): Promise<Page>;
  /** Somebody new opens a new link, of a sender with a name and a colour. */
  arrive(wish?: LinkWish, options?: BrowserContextOptions): Promise<[Page, MadeLink]>;
  /** Goes on to the form. */
  begin(page: Page): Promise<void>;
  /** Sends the form of a person with that account. */
  give(page: Page, accountNumber: string): Promise<void>;
  /** The payout's status, as its caller reads it. */
  status(link: MadeLink): Promise<unknown>;
}

/** Sets up the stage. Call it in a `describe` that runs if there is Chromium. `branding` is the file of everybody's. */
export function pageStage({ branding = {} }: { readonly branding?: object } = {}): PageStage {
  const folder = temporaryFolder();
  const databasePath = `${folder.path}/sluice.db`;
  let service: RunningService;
  let browser: TestBrowser;
  let visitors = 0;

  beforeAll(async () => {
    const brandingPath = `${folder.path}/branding.json`;
    writeFileSync(brandingPath, JSON.stringify({ "*": branding }));
    const environment = {
      SLUICE_DATABASE_URL: `sqlite:${databasePath}`,
      SLUICE_TRUSTED_PROXIES: "1",
      SLUICE_BRANDING: brandingPath,
    };
    [service, browser] = await Promise.all([startService({ environment }), startBrowser()]);
  });
  afterEach(() => browser.closePages());
  afterAll(async () => {
    await service.stop();
    folder.remove();
    await browser.close();
  });

  const visit = async (url: string, options: BrowserContextOptions = {}) => {
    // An address of their own, so that they do not share limits.
    const headers = { "x-forwarded-for": `192.0.2.${++visitors}` };
    const page = await browser.page({ extraHTTPHeaders: headers, ...options });
    await page.goto(url);
    return page;
  };
  return {
    get service() {
      return service;
    },
    change(sql) {
      const database = new DatabaseSync(databasePath, { timeout: 5000 });
      database.exec(sql);
      database.close();
    },
    visit,
    async arrive(wish = {}, options = {}) {
      const branding = { sender_name: "Northwind Freight", brand_color: "#0f766e" };
      const link = await makeLink(service, { ...wish, options: { branding, ...wish.options } });
      return [await visit(link.url, options), link];
    },
    async begin(page) {
      await page.click(button);
      await page.locator("#firstName").waitFor();
    },
    async give(page, accountNumber) {
      await fillIn(page, personWithAccount(accountNumber));
      await page.click(button);
    },
    status: async (link) => (await callLink(service, "Get", link)).payout_status,
  };
}
