import { readFileSync } from "node:fs";
import { raw } from "hono/html";
import { type Content, fill, type Html, html } from "../../web/html.ts";
import { href, onlyLanguage } from "../forms/form.ts";
import { languages } from "../i18n/locale.ts";
import type { RenderContext } from "../page-context.ts";
import type { Brand, Palette } from "./brand.ts";

/** What is on a page. */
export interface Page {
  /** Without markup: the browser's title. */
  readonly title: string;
  readonly main: Html;
  /** More for the head. */
  readonly head?: Content;
  /** Which page it is, for the script to see that it has changed. */
  readonly name: string;
  readonly isWide?: boolean;
}

/** A whole page, as it is sent. */
export function layout(look: RenderContext, { title, main, head, name, isWide = false }: Page): string {
  const { locale, brand, nonce } = look;
  const { language } = locale;
  const { senderName, iconUrl = "data:," } = brand;
  return html`<!doctype html>
<html lang="${language.code}" dir="${language.direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<meta name="format-detection" content="telephone=no">
<title>${senderName ? `${title} – ${senderName}` : title}</title>
<link rel="icon" href="${iconUrl}">
<style nonce="${nonce}">${raw(style(brand))}</style>
${head}
</head>
<body${isWide && raw(' class="wide"')}>
${header(look)}
<main data-standing="${name}">
${main}
</main>
<p id="announce" class="announce" role="status"></p>
${footer(look)}
<script nonce="${nonce}">${raw(script)}</script>
</body>
</html>
`.toString();
}

function header({ brand: { logoUrl, logoAltText, senderName } }: RenderContext): Content {
  if (!logoUrl && !senderName) return html`<header></header>`;
  const logo =
    logoUrl && html`<img src="${logoUrl}" alt="${logoAltText}" referrerpolicy="no-referrer" loading="lazy">`;
  return html`<header>${logo || html`<span dir="auto">${senderName}</span>`}</header>`;
}

function footer({ locale: { language }, query, isTest }: RenderContext): Html {
  const { messages } = language;
  const links = languages.map(({ code, messages: { name } }) => {
    const current = code === language.code && raw(' aria-current="true"');
    return html`<li><a href="${href({ ...query, lang: code })}" lang="${code}" hreflang="${code}"${current}>${name}</a></li>`;
  });
  return html`<footer>
<nav aria-label="${messages.common.language}"><ul>${links}</ul></nav>
${isTest && html`<p>${messages.common.testMode}</p>`}
</footer>`;
}

const read = (name: string) => readFileSync(new URL(`../assets/${name}`, import.meta.url), "utf8");
const css = read("page.css");

/** The script of every page. Everything works without it. */
const script: string = read("page.js");

/** The style sheet of a page: everyone's, with the colours of a brand. */
function style({ light, dark }: Pick<Brand, "light" | "dark">): string {
  return `:root{${colors(light, "light")}${colors(dark, "dark")}}\n${css}`;
}

function colors(palette: Palette, scheme: string): string {
  const { brand, accent, button, buttonEdge, buttonText } = palette;
  const named = { brand, accent, button, "button-edge": buttonEdge, "button-text": buttonText };
  return Object.entries(named)
    .map(([name, color]) => `--${name}-${scheme}:${color};`)
    .join("");
}

/** What can be wrong with a request, whichever link it is about. Says nothing about the link. */
export type ErrorName = "notFound" | "busy" | "refused" | "broken";

/** A page that says what is wrong. `seconds` is when to come back, where that is known. */
export function errorPage({ locale, query }: RenderContext, name: ErrorName, seconds?: number): Page {
  const { common, errors } = locale.language.messages;
  const title = errors[name];
  const text = fill(errors[`${name}Text`], { seconds });
  const again = html`<a class="button" href="${href(onlyLanguage(query))}">${common.openLink}</a>`;
  return {
    title,
    name,
    main: html`<div class="card"><h1>${title}</h1><p>${text}</p>${name !== "notFound" && again}</div>`,
  };
}
