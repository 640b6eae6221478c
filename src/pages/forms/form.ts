import { type Content, type Html, html } from "../../web/html.ts";
import type { LanguageCode } from "../i18n/locale.ts";
import type { PageContext } from "../page-context.ts";
import type { MethodName } from "./methods.ts";
import type { RecipientKindName } from "./recipient-fields.ts";

/** What a form of ours asks for. */
export type Action = "open" | "page" | "claim" | "refresh";

/** Names of the fields that every form carries besides its own. */
export const hiddenFields = { action: "do", token: "form_token", entry: "entry" } as const;

/** What a form has. */
export interface FormParts {
  readonly action: Action;
  readonly query: PageQuery;
  readonly content: Content;
  /** Attributes of the form's element. */
  readonly attributes?: Html;
}

/** A form that asks for something to be done: nothing else does anything. */
export function postForm(
  { csrfToken: formToken }: PageContext,
  { action, query, content, attributes }: FormParts,
): Html {
  return html`<form method="post" action="${href(query)}" novalidate${attributes && html` ${attributes}`}>
<input type="hidden" name="${hiddenFields.action}" value="${action}">
<input type="hidden" name="${hiddenFields.token}" value="${formToken}">
${content}
</form>`;
}

/** How much of a form is read: more than any of ours has. */
const MAX_FIELDS = 40;
const MAX_VALUE_LENGTH = 1000;

/** Fields of a form that was sent, by name. */
export type PostedForm = Readonly<Record<string, string>>;

/** Reads a form; undefined for what no form of ours sends: too many fields, one twice, a value that is too long. */
export function readPostedForm(body: string): PostedForm | undefined {
  const entries = [...new URLSearchParams(body)];
  const names = new Set(entries.map(([name]) => name));
  const isOurs =
    entries.length <= MAX_FIELDS &&
    names.size === entries.length &&
    entries.every(([, value]) => value.length <= MAX_VALUE_LENGTH);
  return isOurs ? Object.assign(Object.create(null), Object.fromEntries(entries)) : undefined;
}

/** What a page's URL says after the link's token: which page it is, never anything about the recipient. */
export interface PageQuery {
  readonly lang?: LanguageCode | undefined;
  /** `details` is the form for details, where the link's first page would be. */
  readonly step?: "details" | undefined;
  readonly kind?: RecipientKindName | undefined;
  readonly method?: MethodName | undefined;
  /** Whose form of address is shown: ISO 3166-1 alpha-2. */
  readonly country?: string | undefined;
  /** That the recipient has just done something: `later` where the provider gave no answer. */
  readonly checked?: "now" | "later" | undefined;
}

/** A relative URL of the same link. */
export function href(query: PageQuery): string {
  const { lang, step, kind, method, country, checked } = query;
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries({ step, kind, method, country, checked, lang }))
    if (value) search.set(name, value);
  return `?${search}`;
}

/** What of a URL concerns every page: the language that was asked for. */
export function onlyLanguage({ lang }: PageQuery): PageQuery {
  return { lang };
}
