import { readFileSync } from "node:fs";
import type { Brand, Palette } from "./brand.ts";

const read = (name: string) => readFileSync(new URL(`../assets/${name}`, import.meta.url), "utf8");
const css = read("page.css");

/** The script of every page. Everything works without it. */
export const script: string = read("page.js");

/** The style sheet of a page: everyone's, with the colours of a brand. */
export function style({ light, dark }: Pick<Brand, "light" | "dark">): string {
  return `:root{${colors(light, "light")}${colors(dark, "dark")}}\n${css}`;
}

function colors(palette: Palette, scheme: string): string {
  const { brand, accent, button, buttonEdge, buttonText } = palette;
  const named = { brand, accent, button, "button-edge": buttonEdge, "button-text": buttonText };
  return Object.entries(named)
    .map(([name, color]) => `--${name}-${scheme}:${color};`)
    .join("");
}
