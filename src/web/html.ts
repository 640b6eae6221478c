import { html as hono } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";

/** Markup that is safe to send: whatever was put into it has been escaped. */
export type Html = HtmlEscapedString;

/** What may be put into {@link html}. Text is escaped; undefined and false leave nothing. */
export type Content = string | number | false | undefined | Html | readonly Content[];

/** Markup with values in it, each escaped unless it is markup itself. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  // It is a promise only where a value is one.
  return hono(strings, ...values) as Html;
}

/** A sentence with values in the place of its `{names}`. */
export function fill(sentence: string, values: Readonly<Record<string, Content>>): Html {
  const parts = sentence.split(/\{(\w+)\}/);
  return html`${parts.map((part, index) => (index % 2 === 0 ? part : values[part]))}`;
}

/** An amount of money, whose sign would go to its other side in writing from right to left. */
export function figure(amount: string): Html {
  return html`<bdi dir="ltr">${amount}</bdi>`;
}

/** Text of somebody else's, kept from turning the direction of ours around. */
export function isolated(text: string): Html {
  return html`<bdi>${text}</bdi>`;
}
