import { getContrast } from "color2k";

/** A colour as callers and operators write it: `#0a7d4f`. */
export const colorForm = /^#[0-9a-f]{6}$/i;

/** The least contrast of text that people can be expected to read, as a ratio to 1 (WCAG 2.2, level AA). */
export const READABLE_CONTRAST = 4.5;

/** A sender's name stands in every line of a page. */
export const MAX_BRAND_NAME_LENGTH = 100;

/** The contrast of a text with its background, as a ratio to 1. Both are #rrggbb. */
export function contrastOf(text: string, background: string): number {
  return getContrast(text, background);
}

/** Whether people can be expected to read a text on its background. */
export function isReadable(text: string, background: string): boolean {
  return contrastOf(text, background) >= READABLE_CONTRAST;
}
