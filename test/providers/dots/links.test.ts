import { describe, expect, it } from "vitest";
import { linkOf } from "../../support/clients/clients.ts";
import { dotsStage } from "../../support/stages/dots-stage.ts";
import { describeEngines } from "../../support/stores/engines.ts";

const ada = { first_name: "Ada", last_name: "Lovelace", email: "ada.canary@example.com" };

describeEngines((newStore) => {
  const stage = dotsStage(newStore);

  describe("a link", () => {
    it("leads to Dots's page, where it is claimed and paid", async () => {
      const told = await stage.create("paid", {
        more: { link_options: { recipient: ada, delivery: { method: "DELIVERY_METHOD_EMAIL" } } },
      });
      expect(told.reply).toMatchObject({ payout_status: "REQUIRES_PAYOUT_METHOD_DATA", status_code: 200 });
      const { url, expire_time } = linkOf(told);
      expect(expire_time).toBeUndefined();
      expect(await (await fetch(url)).text()).toContain("10.00 USD");
      const press = (action: string) => fetch(url, { method: "POST", body: new URLSearchParams({ action }) });
      await press("claim");
      expect(await stage.statusOf("paid")).toBe("PENDING");
      await press("pay");
      expect(await stage.statusOf("paid")).toBe("SUCCESS");
      expect(stage.fake.links().find(({ id }) => id === told.reply?.connector_payout_id)).toMatchObject({
        isPaid: true,
        amountMinor: 1000n,
      });
    });

    it("whose payment fails waits for the recipient again, and is never failed", async () => {
      const link = await stage.made("again");
      stage.fake.claim(link);
      stage.fake.fail(link);
      expect((await stage.ask("get", "again")).reply).toMatchObject({
        payout_status: "REQUIRES_PAYOUT_METHOD_DATA",
        error: { connector_details: { code: "failed" } },
      });
      stage.fake.claim(link);
      expect(await stage.statusOf("again")).toBe("PENDING");
      stage.fake.pay(link);
      expect(await stage.statusOf("again")).toBe("SUCCESS");
    });

    it("stands where Dots says", async () => {
      const [expired, reversed] = [await stage.made("expired"), await stage.made("reversed")];
      stage.fake.expire(expired);
      stage.fake.setStatus(reversed, "reversed");
      expect(await stage.statusOf("expired")).toBe("EXPIRED");
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

    it("for somebody whom Dots knows names them, and nobody else", async () => {
      const recipient = { connector_recipient_id: stage.fake.userId };
      const link = await stage.made("known", { more: { link_options: { recipient } } });
      const body = JSON.parse(stage.fake.requests().at(-1)?.body ?? "") as object;
      expect(body).toMatchObject({ user_id: stage.fake.userId });
      expect(body).not.toHaveProperty("payee");
      stage.fake.claim(link);
      expect(await stage.statusOf("known")).toBe("PENDING");
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
