import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { type Connector, PayoutMethodKind } from "../../connector/contract.ts";
import { createRegistry } from "../../connector/registry.ts";
import { Fulfilment, LinkOptionsSchema } from "../../gen/sluice/v1/link_pb.ts";
import { checkLinkOptions } from "./link-options.ts";

type Init = MessageInitShape<typeof LinkOptionsSchema>;
const all = LinkOptionsSchema.fields.map(({ name }) => name);
const able = { name: "able", configKey: "Able", linkOptions: all } as unknown as Connector;
const plain = { name: "plain", configKey: "Plain" } as unknown as Connector;
const registry = createRegistry([able, plain]);
const check = (init: Init, connector = able) =>
  checkLinkOptions(create(LinkOptionsSchema, init), connector, registry);
const refused = (field: string) => expect.objectContaining({ reason: "INVALID_DATA_FORMAT", field });

describe("values", () => {
  const longUrl = `https://example.com/${"a".repeat(2048)}`;
  const many = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`key${index}`, "value"]));

  it.each<[string, Init]>([
    ["link_options.description", { description: "d".repeat(1001) }],
    ["link_options.memo", { memo: "m".repeat(1001) }],
    ["link_options.nickname", { nickname: "n".repeat(101) }],
    ["link_options.expires_in", { expiresIn: { seconds: 59n } }],
    ["link_options.expires_in", { expiresIn: { seconds: 60n, nanos: 1 } }],
    ["link_options.expires_in", { expiresIn: { seconds: -60n } }],
    ["link_options.expires_in", { expiresIn: { seconds: 366n * 86_400n } }],
    ["link_options.branding.brand_color", { branding: { brandColor: "#12345" } }],
    ["link_options.branding.accent_color", { branding: { accentColor: "123456" } }],
    ["link_options.branding.button_text_color", { branding: { buttonTextColor: "#12345g" } }],
    ["link_options.branding.logo_url", { branding: { logoUrl: "javascript:alert(1)" } }],
    ["link_options.branding.icon_url", { branding: { iconUrl: "http://example.com/icon.png" } }],
    ["link_options.items", { items: Array.from({ length: 101 }, () => ({ name: "item" })) }],
    ["link_options.branding.sender_name", { branding: { senderName: "n".repeat(101) } }],
    ["link_options.branding.logo_alt_text", { branding: { logoAltText: "n".repeat(101) } }],
    ["link_options.items[0].name", { items: [{ name: "n".repeat(201) }] }],
    ["link_options.items[0].description", { items: [{ name: "item", description: "d".repeat(501) }] }],
    [
      "link_options.items[0].alternative_image_urls",
      { items: [{ name: "item", alternativeImageUrls: Array(6).fill("https://example.com/") }] },
    ],
    ["link_options.items[1].name", { items: [{ name: "item" }, { name: " " }] }],
    ["link_options.items[0].image_url", { items: [{ name: "item", imageUrl: "data:image/png;base64," }] }],
    ["link_options.items[0].image_url", { items: [{ name: "item", alternativeImageUrls: ["x"] }] }],
    ["link_options.terms_url", { termsUrl: "terms" }],
    ["link_options.success_url", { successUrl: "ftp://example.com" }],
    ["link_options.success_url", { successUrl: "https:example.com" }],
    ["link_options.success_url", { successUrl: "https://example.com/a b" }],
    ["link_options.success_url", { successUrl: " https://example.com/" }],
    ["link_options.failure_url", { failureUrl: longUrl }],
    ["link_options.expired_url", { expiredUrl: "" }],
    ["link_options.metadata", { metadata: many }],
    ["link_options.metadata", { metadata: { [`k${"k".repeat(40)}`]: "value" } }],
    ["link_options.metadata", { metadata: { key: "v".repeat(501) } }],
    ["link_options.metadata", { metadata: { "a\u0000b": "value" } }],
    ["link_options.claim_code", { claimCode: "123" }],
    ["link_options.claim_code", { claimCode: "12 34" }],
  ])("refuses %s that cannot be used", (field, init) => {
    expect(() => check(init)).toThrow(refused(field));
  });

  it("takes them up to their limits", () => {
    const limits: Init = {
      description: "d".repeat(1000),
      nickname: "n".repeat(100),
      expiresIn: { seconds: 365n * 86_400n },
      branding: { brandColor: "#0A7d4f", logoUrl: "https://example.com/logo.png" },
      items: Array.from({ length: 100 }, () => ({ name: "item" })),
      metadata: { ["k".repeat(40)]: "v".repeat(500) },
      claimCode: "1234",
    };
    expect(() => check(limits)).not.toThrow();
    expect(() => check({ expiresIn: { seconds: 60n } })).not.toThrow();
  });
});

describe("button text", () => {
  const pair = (accentColor: string, buttonTextColor: string) => ({
    branding: { accentColor, buttonTextColor },
  });

  it.each([
    ["#ffffff", "#767676"],
    ["#000000", "#ffffff"],
    ["#0a7d4f", "#FFFFFF"],
  ])("on %s may be %s", (accent, text) => {
    expect(() => check(pair(accent, text))).not.toThrow();
  });

  it.each([
    ["#ffffff", "#777777", "4.47 : 1"],
    ["#ffcc00", "#ffffff", "1.51 : 1"],
    ["#123456", "#123456", "1.00 : 1"],
  ])("on %s cannot be %s, which nobody could read", (accent, text, ratio) => {
    expect(() => check(pair(accent, text))).toThrow(
      expect.objectContaining({
        field: "link_options.branding.button_text_color",
        message: expect.stringMatching(new RegExp(`${ratio}.*at least 4.5 : 1`)),
      }),
    );
  });
});

describe("what depends on the connector", () => {
  const transfer = async () => ({});
  const methods = [PayoutMethodKind.US_BANK, PayoutMethodKind.CARD];
  const payer = { name: "payer", configKey: "Payer", transfer, methods } as unknown as Connector;
  const keeper = { ...payer, enrollDisburseAccount: transfer } as unknown as Connector;

  it("is refused where it has no such method", () => {
    expect(() => check({ allowedMethods: [PayoutMethodKind.CARD] }, payer)).not.toThrow();
    expect(() => check({ allowedMethods: [PayoutMethodKind.CARD, PayoutMethodKind.PIX] }, payer)).toThrow(
      expect.objectContaining({
        field: "link_options.allowed_methods",
        message: expect.stringContaining(
          "PAYOUT_METHOD_KIND_PIX. It pays by: PAYOUT_METHOD_KIND_US_BANK, PAYOUT_METHOD_KIND_CARD.",
        ),
      }),
    );
  });

  it("is refused where nobody could keep an account until Transfer", () => {
    const manual = { fulfilment: Fulfilment.MANUAL };
    expect(() => check(manual, payer)).toThrow(refused("link_options.fulfilment"));
    expect(() => check({ fulfilment: Fulfilment.AUTOMATIC }, payer)).not.toThrow();
    expect(() => check(manual, keeper)).not.toThrow();
    expect(() => check(manual, able)).not.toThrow();
  });
});

it("refuses every option that a connector does not have, naming those that do", () => {
  expect(() => check({ memo: "a" }, plain)).toThrow(
    expect.objectContaining({
      reason: "UNSUPPORTED_OPTION",
      field: "link_options.memo",
      message: expect.stringContaining("supported by: able"),
    }),
  );
});
