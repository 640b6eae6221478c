import { getContrast } from "color2k";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readBrand, surfaces } from "./brand.ts";

const color = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, "0")}`);

describe("a brand", () => {
  it("can be read whatever its colours, in light and in dark", () => {
    fc.assert(
      fc.property(color, color, color, (brandColor, accentColor, buttonTextColor) => {
        const brand = readBrand({ brandColor, accentColor, buttonTextColor }, undefined);
        for (const scheme of ["light", "dark"] as const) {
          const { accent, button, buttonEdge, buttonText } = brand[scheme];
          expect(getContrast(accent, surfaces[scheme])).toBeGreaterThanOrEqual(4.5);
          expect(getContrast(buttonEdge, surfaces[scheme])).toBeGreaterThanOrEqual(3);
          expect(getContrast(buttonText, button)).toBeGreaterThanOrEqual(4.5);
        }
      }),
    );
  });

  it("keeps colours that can be read already", () => {
    const { light } = readBrand(
      { brandColor: "#0f766e", accentColor: "#1d4ed8", buttonTextColor: "#f8fafc" },
      {},
    );
    expect(light).toEqual({
      brand: "#0f766e",
      accent: "#0f766e",
      button: "#1d4ed8",
      buttonEdge: "#1d4ed8",
      buttonText: "#f8fafc",
    });
  });

  it("is the link's first, then the merchant's; what is empty or no colour is not there", () => {
    const link = {
      senderName: "",
      brandColor: "red;}body{display:none",
      logoUrl: "https://example.com/link.png",
    };
    const merchant = {
      senderName: "Acme",
      brandColor: "#0f766e",
      logoUrl: "https://example.com/merchant.png",
    };
    const brand = readBrand(link, merchant);
    expect(brand).toMatchObject({
      senderName: "Acme",
      logoAltText: "Acme",
      logoUrl: "https://example.com/link.png",
    });
    expect(brand.light.brand).toBe("#0f766e");
  });
});
