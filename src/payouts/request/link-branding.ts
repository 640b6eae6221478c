import { getContrast } from "color2k";
import type { Branding } from "../../gen/sluice/v1/link_pb.ts";

/** What is wrong with an option: in which field, where it is one inside the option, and what to write. */
export type Fault = { readonly field?: string; readonly hint: string } | undefined;

/** What is wrong with how a link is to look. */
export function checkBranding(branding: Branding): Fault {
  const colors = {
    brand_color: branding.brandColor,
    accent_color: branding.accentColor,
    button_text_color: branding.buttonTextColor,
  };
  for (const [name, color] of Object.entries(colors)) {
    if (color !== undefined && !/^#[0-9a-fA-F]{6}$/.test(color)) {
      return { field: `branding.${name}`, hint: "Write a colour as #rrggbb, such as #0a7d4f." };
    }
  }
  const fault = checkContrast(branding);
  if (fault) return fault;
  const urls = { logo_url: branding.logoUrl, icon_url: branding.iconUrl };
  for (const [name, url] of Object.entries(urls)) {
    const fault = notHttps(url);
    if (fault) return { field: `branding.${name}`, ...fault };
  }
  const texts = { sender_name: branding.senderName, logo_alt_text: branding.logoAltText };
  for (const [name, text] of Object.entries(texts)) {
    const fault = tooLong(text, MAX_NAME_LENGTH);
    if (fault) return { field: `branding.${name}`, ...fault };
  }
  return undefined;
}

/** The least contrast of text that people can be expected to read (WCAG 2.2, level AA). */
const LEAST_CONTRAST = 4.5;

function checkContrast({ accentColor, buttonTextColor }: Branding): Fault {
  if (accentColor === undefined || buttonTextColor === undefined) return undefined;
  const ratio = getContrast(buttonTextColor, accentColor);
  if (ratio >= LEAST_CONTRAST) return undefined;
  const shown = (Math.floor(ratio * 100) / 100).toFixed(2);
  const hint = `Its contrast with accent_color is ${shown} : 1, too little to read. Choose a pair with at least ${LEAST_CONTRAST} : 1.`;
  return { field: "branding.button_text_color", hint };
}

/** What is said in every line of a page. */
const MAX_NAME_LENGTH = 100;

/** What is wrong with a text for the recipient, where there is one. */
export function tooLong(text: string | undefined, limit: number): Fault {
  return text !== undefined && text.length > limit
    ? { hint: `Write at most ${limit} characters.` }
    : undefined;
}

/** What is wrong with a URL of the caller's, where there is one. On a page, `https:x` would be one of this server's. */
export function notHttps(url: string | undefined): Fault {
  if (url === undefined) return undefined;
  const fine = url.length <= 2048 && /^https:\/\/\S+$/.test(url) && URL.canParse(url);
  return fine ? undefined : { hint: "Write a URL that begins with https://, of at most 2048 characters." };
}
