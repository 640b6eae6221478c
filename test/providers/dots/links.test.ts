import { describe, expect, it } from "vitest";
import type { Told } from "../../support/clients/clients.ts";
import { dotsStage } from "../../support/stages/dots-stage.ts";
import { describeEngines } from "../../support/stores/engines.ts";

const ada = { first_name: "Ada", last_name: "Lovelace", email: "ada.canary@example.com" };

describeEngines((newStore) => {
  const stage = dotsStage(newStore);
  const idOf = (told: Told) => told.reply?.connector_payout_id;

  describe("a link", () => {
    it("that Dots reversed is reversed", async () => {
      stage.fake.setStatus(await stage.made("reversed"), "reversed");
      expect(await stage.statusOf("reversed")).toBe("REVERSED");
    });

    it("is paid as soon as it is claimed where the caller counts it so", async () => {
      const credentials = { paid_when: "claimed" };
      const link = await stage.made("counts", { credentials });
      stage.fake.claim(link);
      expect(await stage.statusOf("counts", { credentials })).toBe("SUCCESS");
    });

    it("of an app is made for that app", async () => {
      expect(
        (await stage.create("app", { credentials: { app_id: stage.fake.appId } })).reply?.status_code,
      ).toBe(200);
      expect((await stage.create("no-app", { credentials: { app_id: "other" } })).reply).toMatchObject({
        error: { unified_details: { code: "PROVIDER_PERMISSION" } },
      });
    });

    it("for a user of Dots names that user, and no other payee", async () => {
      const recipient = { connector_recipient_id: stage.fake.userId };
      const link = await stage.made("known", { more: { link_options: { recipient } } });
      const body = JSON.parse(stage.fake.requests().at(-1)?.body ?? "") as object;
      expect(body).toMatchObject({ user_id: stage.fake.userId });
      expect(body).not.toHaveProperty("payee");
      stage.fake.claim(link);
      expect(await stage.statusOf("known")).toBe("PENDING");
    });
  });

  describe("is made once", () => {
    it("where the server has lost its store", async () => {
      const first = await stage.create("forgotten");
      await stage.withOtherStore(async (at) => {
        const links = await stage.newLinks(async () => {
          expect(idOf(await stage.create("forgotten", { at }))).toBe(idOf(first));
        });
        expect(links).toEqual([]);
      });
    });

    it("and not for another amount, even where the server has lost its store and Dots its memory", async () => {
      const link = await stage.made("another");
      await stage.withOtherStore(async (at) => {
        const asked = { at, more: { amount: { minor_amount: "2500", currency: "USD" } } };
        const told = await stage.create("another", asked);
        expect(told.reply).toMatchObject({
          status_code: 409,
          payout_status: "PENDING",
          error: { unified_details: { code: "PAYOUT_NEEDS_REVIEW", message: expect.stringContaining(link) } },
        });
        expect(told.reply).not.toHaveProperty("payout_link");
        stage.fake.advanceMs(25 * 60 * 60 * 1000);
        const links = await stage.newLinks(async () => {
          expect((await stage.create("another", asked)).reply).toEqual(told.reply);
        });
        expect(links).toEqual([]);
      });
    });
  });

  describe("Void", () => {
    it("reports a link that was cancelled or expired at Dots, and leaves it", async () => {
      const [canceled, expired] = [await stage.made("canceled-there"), await stage.made("expired-there")];
      stage.fake.setStatus(canceled, "canceled");
      stage.fake.expire(expired);
      const before = stage.deletes();
      expect((await stage.ask("void", "canceled-there")).reply).toMatchObject({ payout_status: "CANCELLED" });
      expect((await stage.ask("void", "expired-there")).reply).toMatchObject({ payout_status: "EXPIRED" });
      expect(stage.deletes()).toBe(before);
    });

    it("takes no money back that the recipient has", async () => {
      const link = await stage.made("void-claimed");
      stage.fake.claim(link);
      const before = stage.deletes();
      expect((await stage.ask("void", "void-claimed")).reply).toMatchObject({
        error: { unified_details: { code: "NOT_CANCELABLE" } },
      });
      expect(stage.deletes()).toBe(before);
      stage.fake.pay(link);
      expect(await stage.statusOf("void-claimed")).toBe("SUCCESS");
    });
  });

  it("can be tried again under the same id once there is money for it", async () => {
    stage.fake.refuse({
      status: 400,
      body: { code: "transaction-insufficient-funds", message: "Too little." },
    });
    expect((await stage.create("funds")).reply).toMatchObject({
      error: { unified_details: { code: "INSUFFICIENT_FUNDS" } },
    });
    expect((await stage.create("funds")).reply).toMatchObject({
      payout_status: "REQUIRES_PAYOUT_METHOD_DATA",
    });
  });

  it.each([
    ["link_options.expires_in", { link_options: { expires_in: "3600s" } }, "UNSUPPORTED_OPTION"],
    [
      "link_options.success_url",
      { link_options: { success_url: "https://a.example" } },
      "UNSUPPORTED_OPTION",
    ],
    [
      "link_options.recipient.country",
      { link_options: { recipient: { country: "US" } } },
      "UNSUPPORTED_OPTION",
    ],
    [
      "link_options.recipient.business_name",
      { link_options: { recipient: { business_name: "Acme" } } },
      "UNSUPPORTED_OPTION",
    ],
    [
      "link_options.recipient",
      { link_options: { recipient: { connector_recipient_id: "u", email: "a@b.example" } } },
      "INVALID_DATA_FORMAT",
    ],
    [
      "link_options.recipient.phone_number",
      { link_options: { recipient: { phone_number: "2025550139" } } },
      "INVALID_DATA_FORMAT",
    ],
    [
      "link_options.recipient.email",
      { link_options: { delivery: { method: "DELIVERY_METHOD_EMAIL" } } },
      "MISSING_REQUIRED_FIELD",
    ],
    [
      "link_options.recipient.phone_number",
      { link_options: { recipient: ada, delivery: { method: "DELIVERY_METHOD_SMS" } } },
      "MISSING_REQUIRED_FIELD",
    ],
    [
      "link_options.accounting.account_id",
      { link_options: { accounting: { account_id: "main" } } },
      "INVALID_DATA_FORMAT",
    ],
    ["link_options.steps", { link_options: { steps: ["LINK_STEP_UNSPECIFIED"] } }, "INVALID_DATA_FORMAT"],
    ["amount.currency", { amount: { minor_amount: "1000", currency: "EUR" } }, "INVALID_DATA_FORMAT"],
    ["destination_currency", { destination_currency: "EUR" }, "INVALID_DATA_FORMAT"],
  ])("refuses %s before anything is sent (%#)", async (field, more, reason) => {
    const before = stage.fake.requests().length;
    const told = await stage.create(`refused-${field}`, { more });
    expect(told).toMatchObject({ code: "INVALID_ARGUMENT", reason, message: expect.stringContaining(field) });
    expect(stage.fake.requests()).toHaveLength(before);
  });

  it("logs no secret, no recipient and no link", () => {
    const { api_key, client_id } = stage.fake.credentials;
    const basic = Buffer.from(`${client_id}:${api_key}`).toString("base64");
    expect(stage.service.output()).toContain("provider call");
    for (const secret of [api_key, basic, ada.email, "Lovelace", "/payout_link/"])
      expect(stage.service.output(), secret).not.toContain(secret);
  });
});
