import { describe, expect, it } from "vitest";
import { accessibilityProblems, overflow } from "../support/clients/browser.ts";
import { fillIn, personWithAccount, standing, until } from "../support/clients/recipient.ts";
import { button, pageStage } from "../support/stages/page-stage.ts";
import { tool } from "../support/tools.ts";

describe.runIf(tool("chromium"))("every recipient", () => {
  const { arrive, begin, give, status } = pageStage();

  it("is shown what is wrong, first in a list that has the focus, and keeps what was right", async () => {
    const [page] = await arrive();
    await begin(page);
    await fillIn(page, { ...personWithAccount("000123456789"), routingNumber: "110000001", city: "" });
    await page.click(button);
    const list = page.locator("[data-problems]");
    await list.waitFor();
    expect(await list.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true);
    expect(await list.locator("li").allInnerTexts()).toEqual([
      "Routing number: A routing number has 9 digits. Please check each of them.",
      "Town or city: Fill this in.",
    ]);
    expect(await page.locator("#accountNumber").inputValue()).toBe("000123456789");
    expect(await page.locator("#accountNumber-end").innerText()).toContain("6789");
    expect(await page.locator("#city").getAttribute("aria-describedby")).toBe("city-fault");
    expect(await accessibilityProblems(page)).toEqual([]);
    await list.locator("a").first().click();
    expect(await page.locator("#routingNumber").evaluate((e) => e === e.ownerDocument.activeElement)).toBe(
      true,
    );
  });

  it("does everything without script", async () => {
    const [page, link] = await arrive({}, { javaScriptEnabled: false });
    await page.click(button);
    await page.click("#kind-business");
    await page.click("#method-uk_bank");
    await page.selectOption("#country", "GB");
    await fillIn(page, {
      sortCode: "12-34-56",
      ukAccountNumber: "12345678",
      businessName: "Lovelace Ltd",
      firstName: "Ada",
      lastName: "Lovelace",
      line1: "1 High Street",
      city: "London",
    });
    await page.click(button);
    expect(await page.locator("[data-problems] li").allInnerTexts()).toEqual(["Postcode: Fill this in."]);
    await page.fill("#postalCode", "SW1A 1AA");
    await page.click(button);
    expect(await standing(page)).toBe("paid");
    expect(await status(link)).toBe("SUCCESS");
  });

  it("does everything with the keyboard", async () => {
    const [page, link] = await arrive({
      options: { recipient_kind: "RECIPIENT_KIND_PERSONAL", allowed_methods: ["PAYOUT_METHOD_KIND_PAYPAL"] },
    });
    const tabTo = async (selector: string) => {
      for (let presses = 0; presses < 40; presses += 1) {
        await page.keyboard.press("Tab");
        const isThere = await page.locator(selector).evaluate((e) => e === e.ownerDocument.activeElement);
        if (isThere) return;
      }
      throw new Error(`Tab never came to ${selector}.`);
    };
    await tabTo(button);
    await page.keyboard.press("Enter");
    await page.locator("#paypalEmail").waitFor();
    const { routingNumber, accountNumber, country, region, ...values } = personWithAccount("");
    for (const [name, value] of Object.entries({ paypalEmail: "ada@example.com", ...values })) {
      if (name === "postalCode") {
        await tabTo("#region");
        await page.keyboard.type("Illinois");
      }
      await tabTo(`#${name}`);
      await page.keyboard.type(value);
    }
    await page.keyboard.press("Enter");
    await until(page, "paid");
    expect(await status(link)).toBe("SUCCESS");
  });

  describe.each(["en", "de", "es", "fr", "pt", "ar"])("of those who read %s", (language) => {
    it("has the whole way in it, on the narrowest screen, light and dark", async () => {
      const items = [
        { name: "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz", minor_amount: 123456 },
      ];
      const wish = {
        options: { items, memo: "שלום <b>", description: "Invoice", terms_url: "https://example.com/t" },
      };
      const [page] = await arrive(wish, {
        locale: language,
        viewport: { width: 320, height: 640 },
        colorScheme: language === "ar" ? "dark" : "light",
      });
      expect(await page.locator("html").getAttribute("lang")).toBe(language);
      expect(await page.locator("html").getAttribute("dir")).toBe(language === "ar" ? "rtl" : "ltr");
      expect(await accessibilityProblems(page)).toEqual([]);
      expect(await overflow(page)).toBe(0);
      await begin(page);
      expect(await accessibilityProblems(page)).toEqual([]);
      expect(await overflow(page)).toBe(0);
      await page.click(button);
      await page.locator("[data-problems]").waitFor();
      expect(await accessibilityProblems(page)).toEqual([]);
      expect(await overflow(page)).toBe(0);
      await give(page, "000123456789");
      await until(page, "paid");
      expect(await accessibilityProblems(page)).toEqual([]);
      expect(await overflow(page)).toBe(0);
    });
  });

  it("keeps the language that they chose through every form", async () => {
    const [page] = await arrive();
    await page.click("footer a[lang=fr]");
    await begin(page);
    expect(await page.locator("html").getAttribute("lang")).toBe("fr");
    await give(page, "000123456789");
    await until(page, "paid");
    expect(await page.locator("h1").innerText()).toBe("Vous avez été payé");
  });
});
