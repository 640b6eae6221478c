import { raw } from "hono/html";
import { type Content, type Html, html } from "../../web/html.ts";
import { href } from "../forms/page-query.ts";
import { languages } from "../i18n/language.ts";
import type { Look } from "../visit.ts";
import { script, style } from "./look.ts";

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
export function layout(look: Look, { title, main, head, name, isWide = false }: Page): string {
  const { tongue, brand, nonce } = look;
  const { language } = tongue;
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

function header({ brand: { logoUrl, logoAltText, senderName } }: Look): Content {
  if (!logoUrl && !senderName) return html`<header></header>`;
  const logo =
    logoUrl && html`<img src="${logoUrl}" alt="${logoAltText}" referrerpolicy="no-referrer" loading="lazy">`;
  return html`<header>${logo || html`<span dir="auto">${senderName}</span>`}</header>`;
}

function footer({ tongue: { language }, query, isTest }: Look): Html {
  const { words } = language;
  const links = languages.map(({ code, words: { name } }) => {
    const current = code === language.code && raw(' aria-current="true"');
    return html`<li><a href="${href({ ...query, lang: code })}" lang="${code}" hreflang="${code}"${current}>${name}</a></li>`;
  });
  return html`<footer>
<nav aria-label="${words.common.language}"><ul>${links}</ul></nav>
${isTest && html`<p>${words.common.testMode}</p>`}
</footer>`;
}
