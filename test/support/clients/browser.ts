import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { temporaryFolder } from "../service/service.ts";
import { tool } from "../tools.ts";

/** A Chromium of the machine's, for the tests of one file. */
export interface TestBrowser {
  /** A new page of somebody who has never been anywhere. A page that throws or logs an error fails {@link TestBrowser.close}. */
  page(options?: BrowserContextOptions): Promise<Page>;
  /** Closes every page. */
  closePages(): Promise<void>;
  /** Ends it, and rejects if a page had errors. */
  close(): Promise<void>;
}

/** Nothing that needs a screen, a sandbox of the kernel's, or the net. */
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts Chromium. Use with `describe.runIf(tool("chromium"))`. */
export async function startBrowser(): Promise<TestBrowser> {
  const executablePath = tool("chromium");
  if (!executablePath) throw new Error("This machine has no Chromium: use describe.runIf.");
  const home = temporaryFolder();
  const browser: Browser = await chromium.launch({
    executablePath,
    args: flags,
    env: { PATH: process.env.PATH ?? "", HOME: home.path },
  });
  const errors: string[] = [];
  return {
    async page(options = {}) {
      const context = await browser.newContext({ locale: "en-US", timezoneId: "UTC", ...options });
      context.setDefaultTimeout(15_000);
      const page = await context.newPage();
      page.on("pageerror", (error) => errors.push(`${page.url().slice(0, 40)}: ${error.message}`));
      page.on("console", (message) => {
        // A status of our own choosing is no error of the page's.
        if (message.type() === "error" && !/status of (4|5)\d\d/.test(message.text()))
          errors.push(message.text());
      });
      return page;
    },
    closePages: async () => {
      await Promise.all(browser.contexts().map((context) => context.close()));
    },
    async close() {
      await browser.close();
      home.remove();
      if (errors.length > 0) throw new Error(`Pages had errors:\n${errors.join("\n")}`);
    },
  };
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds wrong with a page, in short, and a sentence that was not filled in. The page's policy lets no script in, so axe comes by the debugger. */
export async function accessibilityProblems(page: Page): Promise<readonly string[]> {
  await page.evaluate(`(() => { ${axe} })()`);
  const results = (await page.evaluate("axe.run()")) as AxeResults;
  const violations = results.violations.map(
    ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html.slice(0, 120)).join(" | ")}`,
  );
  const unfilled = /\{\w+\}|undefined|\[object/.exec(await page.locator("body").innerText());
  return unfilled ? [...violations, `not filled in: ${unfilled[0]}`] : violations;
}

/** How far a page's content reaches beyond its window, in pixels. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
}
