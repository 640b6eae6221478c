import { type Content, type Html, html } from "../../web/html.ts";
import type { Visit } from "../visit.ts";
import { href, type PageQuery } from "./page-query.ts";

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
export function postForm({ formToken }: Visit, { action, query, content, attributes }: FormParts): Html {
  return html`<form method="post" action="${href(query)}" novalidate${attributes && html` ${attributes}`}>
<input type="hidden" name="${hiddenFields.action}" value="${action}">
<input type="hidden" name="${hiddenFields.token}" value="${formToken}">
${content}
</form>`;
}
