import { expect, it } from "vitest";
import { parseBranding } from "./branding.ts";

const scope = (tenantId: string, merchantId: string) => ({ tenantId, merchantId });

it("is a merchant's own, and otherwise everybody's", () => {
  const branding = parseBranding(
    JSON.stringify({
      "acme/shop": { sender_name: "Acme Shop", logo_url: "https://acme.example.com/logo.svg" },
      "*": { sender_name: "Paid by us", brand_color: "#0a7d4f" },
    }),
  );
  expect(branding(scope("acme", "shop"))).toMatchObject({
    senderName: "Acme Shop",
    logoUrl: "https://acme.example.com/logo.svg",
  });
  expect(branding(scope("acme", "shop"))?.brandColor).toBeUndefined();
  expect(branding(scope("acme", "other"))).toMatchObject({ senderName: "Paid by us", brandColor: "#0a7d4f" });
  expect(parseBranding("{}")(scope("acme", "shop"))).toBeUndefined();
  expect(parseBranding("{}")(scope("constructor", "x"))).toBeUndefined();
});

it("is nobody's else, however ids are written", () => {
  const branding = parseBranding(
    JSON.stringify({ "acme/shop/eu": { sender_name: "Acme" }, "*": { sender_name: "Us" } }),
  );
  expect(branding(scope("acme", "shop/eu"))?.senderName).toBe("Acme");
  expect(branding(scope("acme/shop", "eu"))?.senderName).toBe("Us");
});

it("tells every mistake with its place", () => {
  const text = JSON.stringify({
    "*": { brand_color: "red", logo_url: "http://x.example.com/", sender_nam: "x", icon_url: "https:x" },
    acme: {},
    "a/b": [],
    "c/d": { accent_color: "#ffffff", button_text_color: "#eeeeee", sender_name: " " },
  });
  expect(() => parseBranding(text)).toThrow(TypeError);
  for (const words of [
    '["*"]["brand_color"] must be a colour as #rrggbb',
    '["*"]["logo_url"] must be a URL that begins with https://',
    '["*"]["icon_url"] must be',
    '["*"] Unrecognized key: "sender_nam"',
    '["acme"] must be <tenant>/<merchant>',
    '["a/b"] Invalid input',
    '["c/d"]["sender_name"] ',
  ]) {
    expect(() => parseBranding(text)).toThrow(words);
  }
});

it("has buttons that can be read", () => {
  const button = (text: string) =>
    JSON.stringify({ "*": { accent_color: "#ffffff", button_text_color: text } });
  expect(() => parseBranding(button("#767676"))).not.toThrow();
  expect(() => parseBranding(button("#777777"))).toThrow(
    /button_text_color"\] cannot be read .* 4\.5 is needed/,
  );
});

it.each(["", "{", "[]", "null", '"x"'])("is not read from %j", (text) => {
  expect(() => parseBranding(text)).toThrow(TypeError);
});
