import { create } from "@bufbuild/protobuf";
import { z } from "zod";
import { colorForm, contrastOf, MAX_BRAND_NAME_LENGTH, READABLE_CONTRAST } from "../core/branding.ts";
import type { Scope } from "../core/payout.ts";
import { type Branding, BrandingSchema } from "../gen/sluice/v1/link_pb.ts";

/** How a merchant's pages look where a link does not say. Undefined where the operator has set nothing for that merchant. */
export type BrandingDefaults = (scope: Scope) => Branding | undefined;

/** The operator has set no branding. */
export const noBranding: BrandingDefaults = () => undefined;

const color = z.string().regex(colorForm, { error: "must be a colour as #rrggbb, such as #0a7d4f" });
const image = z.string().refine((url) => /^https:\/\/\S+$/.test(url) && URL.canParse(url), {
  error: "must be a URL that begins with https://",
});
const text = z.string().trim().min(1).max(MAX_BRAND_NAME_LENGTH);

const merchantBranding = z
  .strictObject({
    sender_name: text.optional(),
    brand_color: color.optional(),
    accent_color: color.optional(),
    button_text_color: color.optional(),
    logo_url: image.optional(),
    icon_url: image.optional(),
    logo_alt_text: text.optional(),
  })
  .superRefine(({ accent_color: accent, button_text_color: buttonText }, context) => {
    if (!accent || !buttonText) return;
    const contrast = contrastOf(buttonText, accent);
    if (contrast >= READABLE_CONTRAST) return;
    context.addIssue({
      code: "custom",
      path: ["button_text_color"],
      message: `cannot be read on accent_color: the contrast is ${contrast.toFixed(2)}, and ${READABLE_CONTRAST} is needed`,
    });
  });

const file = z.record(
  z.string().regex(/^(\*|[\x21-\x2e\x30-\x7e]{1,128}\/[\x21-\x7e]{1,128})$/, {
    error: "must be <tenant>/<merchant>, or * for all others",
  }),
  merchantBranding,
);

/**
 * Reads the branding file. A merchant's branding inherits nothing from `*`.
 *
 * @throws TypeError that names every mistake with its place.
 */
export function parseBranding(json: string): BrandingDefaults {
  const read = file.safeParse(parseJson(json));
  if (!read.success) throw new TypeError(`has mistakes: ${read.error.issues.map(describe).join("; ")}`);
  const merchants = new Map(Object.entries(read.data).map(([name, fields]) => [name, toBranding(fields)]));
  // An id may have a slash in it, which could be taken for the one between two: the file cannot name such a tenant.
  return ({ tenantId, merchantId }) =>
    (tenantId.includes("/") ? undefined : merchants.get(`${tenantId}/${merchantId}`)) ?? merchants.get("*");
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new TypeError(`is not JSON: ${(error as Error).message}`);
  }
}

function describe(issue: z.core.$ZodIssue): string {
  const place = issue.path.map((key) => `[${JSON.stringify(key)}]`).join("");
  const words =
    issue.code === "invalid_key" ? issue.issues.map(({ message }) => message).join() : issue.message;
  return `${place} ${words}`.trim();
}

function toBranding(fields: z.infer<typeof merchantBranding>): Branding {
  const all = {
    senderName: fields.sender_name,
    brandColor: fields.brand_color,
    accentColor: fields.accent_color,
    buttonTextColor: fields.button_text_color,
    logoUrl: fields.logo_url,
    iconUrl: fields.icon_url,
    logoAltText: fields.logo_alt_text,
  };
  const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return create(BrandingSchema, given);
}
