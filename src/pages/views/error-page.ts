import { fill, html } from "../../web/html.ts";
import { href, onlyLanguage } from "../forms/page-query.ts";
import type { Look } from "../visit.ts";
import type { Page } from "./layout.ts";

/** What can be wrong with a request, whichever link it is about. Says nothing about the link. */
export type ErrorName = "notFound" | "busy" | "refused" | "broken";

/** A page that says what is wrong. `seconds` is when to come back, where that is known. */
export function errorPage({ tongue, query }: Look, name: ErrorName, seconds?: number): Page {
  const { common, errors } = tongue.language.words;
  const title = errors[name];
  const text = fill(errors[`${name}Text`], { seconds });
  const again = html`<a class="button" href="${href(onlyLanguage(query))}">${common.openLink}</a>`;
  return {
    title,
    name,
    main: html`<div class="card"><h1>${title}</h1><p>${text}</p>${name !== "notFound" && again}</div>`,
  };
}
