import { mix, readableColorIsBlack } from "color2k";
import { colorForm, contrastOf, isReadable, READABLE_CONTRAST } from "../../core/branding.ts";
import type { Branding } from "../../gen/sluice/v1/link_pb.ts";

/** What a merchant's pages look like. Colours are #rrggbb, images https URLs. */
export type BrandFacts = Partial<
  Pick<
    Branding,
    "senderName" | "brandColor" | "accentColor" | "buttonTextColor" | "logoUrl" | "iconUrl" | "logoAltText"
  >
>;

/** Colours of one scheme, each readable where it is used. */
export interface Palette {
  /** The stripe at the top. Decoration: as the merchant gave it. */
  readonly brand: string;
  /** Links and marks on the page. */
  readonly accent: string;
  readonly button: string;
  /** Stands out from the page where the button itself does not. */
  readonly buttonEdge: string;
  readonly buttonText: string;
}

/** What a page's look needs of a merchant. */
export interface Brand {
  readonly senderName: string | undefined;
  readonly logoUrl: string | undefined;
  readonly logoAltText: string;
  readonly iconUrl: string | undefined;
  readonly light: Palette;
  readonly dark: Palette;
}

/** What the pages are drawn on, as in the style sheet. */
export const surfaces = { light: "#ffffff", dark: "#171b21" } as const;

/** Contrast that the edge of a button needs, in WCAG 2.2 AA. */
const EDGE_CONTRAST = 3;

const DEFAULT_COLOR = "#1f5fd6";

/** The brand of a page: what the link says first, then what the merchant has by default. Empty text counts as absent. */
export function readBrand(link: BrandFacts | undefined, defaults: BrandFacts | undefined): Brand {
  const facts = { ...present(defaults), ...present(link) };
  let light: Palette | undefined;
  let dark: Palette | undefined;
  // Palettes are worked out where a page is drawn: the answer to most forms is a redirect.
  return {
    senderName: facts.senderName,
    logoUrl: facts.logoUrl,
    logoAltText: facts.logoAltText ?? facts.senderName ?? "",
    iconUrl: facts.iconUrl,
    get light() {
      light ??= palette(facts, surfaces.light);
      return light;
    },
    get dark() {
      dark ??= palette(facts, surfaces.dark);
      return dark;
    },
  };
}

function palette(facts: BrandFacts, surface: string): Palette {
  const brand = facts.brandColor ?? facts.accentColor ?? DEFAULT_COLOR;
  const button = facts.accentColor ?? brand;
  const wanted = facts.buttonTextColor;

  return {
    brand,
    accent: moved(brand, surface, READABLE_CONTRAST),
    button,
    buttonEdge: moved(button, surface, EDGE_CONTRAST),
    buttonText: wanted !== undefined && isReadable(wanted, button) ? wanted : readable(button),
  };
}

/** The colour, moved towards black or white as far as it must to stand out from the surface. */
function moved(color: string, surface: string, contrast: number): string {
  const away = readableColorIsBlack(surface) ? "#000000" : "#ffffff";
  for (let share = 0; share < 1; share += 0.05) {
    const candidate = share === 0 ? color : mix(color, away, share);
    if (contrastOf(candidate, surface) >= contrast) return candidate;
  }
  return away;
}

function readable(background: string): string {
  return contrastOf("#ffffff", background) >= contrastOf("#000000", background) ? "#ffffff" : "#000000";
}

const texts = ["senderName", "logoAltText", "logoUrl", "iconUrl"] as const;
const colors = ["brandColor", "accentColor", "buttonTextColor"] as const;

/** What is set and can be used: colours were checked when they came in, but it takes one to break every page. */
function present(facts: BrandFacts = {}): BrandFacts {
  return Object.fromEntries([
    ...texts.filter((name) => facts[name]).map((name) => [name, facts[name]]),
    ...colors.filter((name) => colorForm.test(facts[name] ?? "")).map((name) => [name, facts[name]]),
  ]);
}
