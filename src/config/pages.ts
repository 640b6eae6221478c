import { readFileSync } from "node:fs";
import { type BrandingDefaults, noBranding, parseBranding } from "./branding.ts";
import type { Reading, Variable } from "./reading.ts";
import { existing } from "./values.ts";

/** What the environment says of the pages for recipients. */
export interface PagesConfig {
  /** Names of connectors on which recipients may give card numbers on our pages. */
  readonly cards: ReadonlySet<string>;
  readonly branding: BrandingDefaults;
  /** How many proxies in front of the pages append to X-Forwarded-For. */
  readonly trustedProxies: number;
}

/** Variables of the pages. */
export const pageVariables: readonly Variable[] = [
  {
    name: "SLUICE_BRANDING",
    default: "",
    about:
      'JSON file of how pages look where a link does not say, by `<tenant>/<merchant>`, and `*` for all others: `{"*": {"sender_name": "Acme", "brand_color": "#0a7d4f"}}`. Names are those of `sluice.v1.Branding`.',
  },
  {
    name: "SLUICE_CARDS",
    default: "",
    about:
      "Connectors, separated by commas, on whose links recipients may give card numbers on this server's pages. Card numbers then pass through this server, which brings it into the scope of PCI DSS.",
  },
  {
    name: "SLUICE_TRUSTED_PROXIES",
    default: "0",
    about:
      "How many proxies in front append to X-Forwarded-For. Recipients are told apart by their addresses, to limit how often each may try.",
  },
];

/** Reads what concerns pages. */
export function readPages(reading: Reading): PagesConfig {
  return {
    cards: reading.read("SLUICE_CARDS", parseNames) ?? new Set(),
    branding:
      reading.read("SLUICE_BRANDING", (path) =>
        path === "" ? noBranding : parseBranding(readFileSync(existing(path), "utf8")),
      ) ?? noBranding,
    trustedProxies: reading.read("SLUICE_TRUSTED_PROXIES", parseProxies) ?? 0,
  };
}

function parseNames(text: string): ReadonlySet<string> {
  const names = text === "" ? [] : text.split(",").map((name) => name.trim().toLowerCase());
  if (names.every((name) => /^[a-z0-9-]+$/.test(name))) return new Set(names);
  throw new TypeError("must be names of connectors, separated by commas, such as sandbox,acme");
}

function parseProxies(text: string): number {
  if (!/^\d$/.test(text)) throw new TypeError("must be a whole number from 0 to 9");
  return Number(text);
}
