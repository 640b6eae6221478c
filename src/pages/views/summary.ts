import type { LinkItem } from "../../gen/sluice/v1/link_pb.ts";
import { type Content, figure, fill, type Html, html, isolated } from "../../web/html.ts";
import { currencyName, distance, formatAmount, moment } from "../i18n/format.ts";
import type { PageContext } from "../page-context.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** The sender as they are called in a sentence. */
export function senderIn({ brand, locale }: Pick<PageContext, "brand" | "locale">): Html {
  return isolated(brand.senderName ?? locale.language.messages.common.someone);
}

/** Who pays, in a heading. */
export function fromSender({ brand, locale }: PageContext): Html {
  const { landing } = locale.language.messages;
  const { senderName } = brand;
  return senderName ? fill(landing.from, { sender: isolated(senderName) }) : html`${landing.forYou}`;
}

/** How much is paid, as the recipient's locale writes it; undefined where that was not said. */
export function amountOf({ record, locale }: PageContext): string | undefined {
  const { amountMinor, currency } = record.payout;
  return amountMinor !== undefined && currency ? formatAmount(amountMinor, currency, locale.tag) : undefined;
}

/** In which currency the money arrives, where that is not the amount's. */
export function paidOutIn({ record, locale }: PageContext): Content {
  const { currency, destinationCurrency } = record.payout;
  if (!destinationCurrency || destinationCurrency === currency) return undefined;
  const name = isolated(currencyName(destinationCurrency, locale.tag));
  return html`<p class="muted">${fill(locale.language.messages.landing.inCurrency, { currency: name })}</p>`;
}

/** What the payment is for: description, items and the sender's message. */
export function purpose(context: PageContext): Content {
  const { options, locale } = context;
  const { landing } = locale.language.messages;
  const { description, items, memo } = options;
  return [
    description && html`<p dir="auto">${description}</p>`,
    items.length > 0 &&
      html`<section class="ruled" aria-labelledby="items"><h2 id="items">${landing.items}</h2>
<ul class="items">${items.map((item) => itemLine(context, item))}</ul></section>`,
    memo &&
      html`<blockquote><p>${fill(landing.message, { sender: senderIn(context) })}</p><p dir="auto">${memo}</p></blockquote>`,
  ];
}

function itemLine({ record, locale }: PageContext, item: LinkItem): Html {
  const { name, description, quantity = 1, minorAmount, imageUrl, alternativeImageUrls } = item;
  const [first = "", ...others] = [...(imageUrl ? [imageUrl] : []), ...alternativeImageUrls];
  const currency = record.payout.currency ?? "";
  const price = minorAmount !== undefined && currency && formatAmount(minorAmount, currency, locale.tag);
  const count =
    quantity > 1 &&
    (price
      ? fill(locale.language.messages.landing.quantity, {
          quantity: new Intl.NumberFormat(locale.tag).format(quantity),
          price: figure(price),
        })
      : html`× ${quantity}`);
  const total =
    minorAmount !== undefined &&
    currency &&
    formatAmount(minorAmount * BigInt(quantity), currency, locale.tag);
  return html`<li>
${first && html`<img src="${first}" alt="" width="52" height="52" loading="lazy" referrerpolicy="no-referrer" data-others="${others.join(" ")}">`}
<div class="what"><p dir="auto">${name}</p>
${description && html`<p class="muted small" dir="auto">${description}</p>`}
${count && html`<p class="muted small">${count}</p>`}</div>
${total && html`<p class="price">${figure(total)}</p>`}
</li>`;
}

/** Until when details can be given. */
export function until({ record, locale, nowMs }: PageContext): Html {
  const { landing } = locale.language.messages;
  const { expiresAtMs } = record.payout.link;
  const time = moment(expiresAtMs, locale.tag);
  const isSoon = expiresAtMs - nowMs < 30 * DAY_MS;
  const relative = isSoon && distance(expiresAtMs, nowMs, locale.tag);
  return html`<p class="muted small">${fill(isSoon ? landing.untilSoon : landing.until, { time, relative })}</p>`;
}

/** The sender's terms, before something is sent. */
export function terms(context: PageContext): Content {
  const { common, landing } = context.locale.language.messages;
  const { termsUrl } = context.options;
  if (!termsUrl) return undefined;
  const link = html`<a href="${termsUrl}" target="_blank" rel="noopener noreferrer">${fill(landing.termsLink, { sender: senderIn(context) })}<span class="announce"> (${common.newWindow})</span></a>`;
  return html`<p class="muted small">${fill(landing.terms, { terms: link })}</p>`;
}
