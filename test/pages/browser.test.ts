import { describe, expect, it } from "vitest";
import { accessibilityProblems } from "../support/clients/browser.ts";
import { callLink, fillIn, personWithAccount, standing, until } from "../support/clients/recipient.ts";
import { button, pageStage } from "../support/stages/page-stage.ts";
import { tool } from "../support/tools.ts";

describe.runIf(tool("chromium"))("a recipient in a browser", () => {
  const stage = pageStage();
  const { visit, arrive, begin, give, status } = stage;

  it("is paid by bank, once, and finds that out when they come back", async () => {
    const [page, link] = await arrive();
    expect(await page.locator("h1").innerText()).toContain("$1,234.56");
    expect(await page.title()).toContain("Northwind Freight");
    await begin(page);
    await give(page, "000123456789");
    await until(page, "paid");
    expect(await status(link)).toBe("SUCCESS");
    expect(page.url()).toContain("checked=now");
    const again = await visit(link.url);
    expect(await standing(again)).toBe("paid");
    expect(await again.locator("form").count()).toBe(0);
  });

  it("sees a payment fail, is told why, gives another account and is paid", async () => {
    const [page, link] = await arrive();
    await begin(page);
    await give(page, "00004002");
    await until(page, "failedOpen details");
    expect(await page.locator("[role=alert]").innerText()).toContain("The account is closed.");
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(await status(link)).toBe("FAILED");
    await give(page, "000123456789");
    await until(page, "paid");
    expect(await status(link)).toBe("SUCCESS");
  });

  it("is not told of the sender's empty account in these words", async () => {
    const [page] = await arrive();
    await begin(page);
    await give(page, "00004004");
    await page.locator("[role=alert]").first().waitFor();
    const words = await page.locator("main").innerText();
    expect(words).toContain("The sender’s payment provider");
    expect(words).not.toMatch(/funds|balance/i);
  });

  it("waits on a page that looks again by itself", async () => {
    const [page] = await arrive();
    await begin(page);
    await give(page, "00002001");
    await until(page, "pending");
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.locator('main[data-standing="paid"]').waitFor({ timeout: 25_000 });
    expect(await page.locator("#announce").textContent()).toContain("You have been paid");
  }, 45_000);

  it("gives the same details again where nobody knew what became of them, and is paid once", async () => {
    const [page, link] = await arrive();
    await begin(page);
    await give(page, "00005001");
    await until(page, "confirming");
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.click("text=Give the same details again");
    await give(page, "000123456789");
    await page.locator(".notice:has-text('other details before')").waitFor();
    await give(page, "00005001");
    await until(page, "paid");
    expect(await status(link)).toBe("SUCCESS");
  });

  it("registers details where the sender pays later", async () => {
    const [page, link] = await arrive({ options: { fulfilment: "FULFILMENT_MANUAL" } });
    await begin(page);
    expect(await page.locator(button).innerText()).toBe("Confirm details");
    await give(page, "000123456789");
    await until(page, "waiting");
    expect(await page.locator("main").innerText()).toContain("sent by Northwind Freight");
    expect(await status(link)).toBe("REQUIRES_FULFILLMENT");
    expect(await accessibilityProblems(page)).toEqual([]);
  });

  it("finds the link expired", async () => {
    const [page, link] = await arrive({ options: { expired_url: "https://example.com/expired" } });
    await begin(page);
    await fillIn(page, personWithAccount("000123456789"));
    stage.change(
      `update payout set link_expires_at_ms = ${Date.now() - 1000} where merchant_payout_id = '${link.merchantPayoutId}'`,
    );
    await page.click(button);
    await until(page, "expired");
    expect(await page.locator("a.button").getAttribute("href")).toBe("https://example.com/expired");
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(await status(link)).toBe("EXPIRED");
  });

  it("finds the payment cancelled while they were writing", async () => {
    const [page, link] = await arrive();
    await begin(page);
    await fillIn(page, personWithAccount("000123456789"));
    await callLink(stage.service, "Void", link);
    await page.click(button);
    await until(page, "cancelled");
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(await status(link)).toBe("CANCELLED");
  });

  it("is a business with an IBAN, and loses nothing by choosing", async () => {
    const [page, link] = await arrive();
    await begin(page);
    await fillIn(page, { firstName: "Ada", line1: "Hauptstraße 1" });
    await page.click("#kind-business");
    await page.locator("#businessName").waitFor();
    await page.click("#method-iban");
    await page.locator("#iban").waitFor();
    expect(await page.locator("#firstName").inputValue()).toBe("Ada");
    expect(await page.locator("#line1").inputValue()).toBe("Hauptstraße 1");
    await page.selectOption("#country", "DE");
    await page.locator("label[for=postalCode]:has-text('Postal code')").waitFor();
    expect(await page.locator("#region").count()).toBe(0);
    expect(await accessibilityProblems(page)).toEqual([]);
    await fillIn(page, {
      businessName: "Lovelace GmbH",
      lastName: "Lovelace",
      city: "Berlin",
      postalCode: "10115",
      iban: "DE89 3704 0044 0532 0130 00",
    });
    await page.click(button);
    await until(page, "paid");
    expect(await status(link)).toBe("SUCCESS");
  });

  it("never finds a card number put back into a page", async () => {
    const [page] = await arrive();
    await begin(page);
    await page.click("#method-card");
    await fillIn(page, { cardNumber: "4000 0566 5566 5556", cardExpiry: "12/40" });
    await page.click(button);
    await page.locator("[data-problems]").waitFor();
    expect(await page.content()).not.toMatch(/4000 ?0566/);
    expect(await page.locator("#cardExpiry").inputValue()).toBe("12/40");
  });

  it("needs the sender's code, and is locked out after five wrong ones", async () => {
    const [page, link] = await arrive({ options: { claim_code: "right-code" } });
    await begin(page);
    await fillIn(page, personWithAccount("000123456789"));
    for (let wrong = 1; wrong <= 5; wrong += 1) {
      await page.fill("#claimCode", `wrong-${wrong}`);
      await Promise.all([page.waitForEvent("load"), page.click(button)]);
      expect(await page.locator("#claimCode-fault").innerText()).toContain("This is not the code.");
    }
    await page.fill("#claimCode", "right-code");
    await Promise.all([page.waitForEvent("load"), page.click(button)]);
    expect(await page.locator("#claimCode-fault").innerText()).toContain("You can try again after");
    expect(await status(link)).toBe("REQUIRES_PAYOUT_METHOD_DATA");
    const [other] = await arrive({ options: { claim_code: "right-code" } });
    await begin(other);
    await fillIn(other, { ...personWithAccount("000123456789"), claimCode: "right-code" });
    await other.click(button);
    await until(other, "paid");
  });

  it("is sent on to the sender's page afterwards, unless they stay", async () => {
    const [page, link] = await arrive({ options: { success_url: "https://example.com/thanks" } });
    await begin(page);
    await give(page, "000123456789");
    await until(page, "paid");
    expect(await page.locator("a.button").getAttribute("href")).toBe("https://example.com/thanks");
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.click("[data-stay] button");
    expect(await page.locator("[data-stay]").count()).toBe(0);
    const later = await visit(link.url);
    expect(await later.locator("[data-go]").count()).toBe(0);
  });
});
