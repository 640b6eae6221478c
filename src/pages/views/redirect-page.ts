import { fill, html, isolated } from "../../web/html.ts";
import type { PageContext } from "../page-context.ts";
import type { Page } from "./layout.ts";
import { fromSender } from "./summary.ts";

/**
 * The page between ours and the provider's: it names the host, and goes on at once. A redirect would be refused, since forms
 * of ours may lead only to ourselves.
 */
export function redirectPage(context: PageContext, { href: url, host }: URL): Page {
  const { onward } = context.locale.language.messages;
  const title = fill(onward.title, { host: isolated(host) });
  return {
    title: onward.title.replace("{host}", () => host),
    name: "onward",
    head: html`<meta http-equiv="refresh" content="0;url=${url}">`,
    main: html`<div class="card">
<h1>${title}</h1>
<p class="muted">${fromSender(context)}</p>
<p>${onward.text}</p>
<a class="button" href="${url}" rel="noreferrer">${fill(onward.go, { host: isolated(host) })}</a>
</div>`,
  };
}

/**
 * The provider's page, where it is one to send a recipient to: over TLS, or as our own pages where nothing is real. Undefined
 * otherwise. What is shown and what is gone to are both read from this: as text, a browser might read the URL otherwise.
 */
export function readRedirectUrl(text: string, publicUrl: string): URL | undefined {
  const url = URL.parse(text);
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && publicUrl.startsWith("http:"));
  return isSafe ? (url ?? undefined) : undefined;
}
