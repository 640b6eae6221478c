import type { LanguageCode } from "../i18n/language.ts";
import type { MethodName } from "./methods.ts";
import type { RecipientKindName } from "./recipient-fields.ts";

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
