import { raw } from "hono/html";
import { Fulfilment } from "../../gen/sluice/v1/link_pb.ts";
import { type Content, figure, type Html, html } from "../../web/html.ts";
import type { ClaimForm } from "../forms/claim-form.ts";
import { hiddenFields, href, type PageQuery, postForm } from "../forms/form.ts";
import { type Filling, input, inputs } from "../forms/inputs.ts";
import type { PageContext } from "../page-context.ts";
import type { Page } from "./layout.ts";
import { failedNotice, type NoticeName, notice, problemList } from "./notice.ts";
import { amountOf, fromSender, paidOutIn, purpose, terms, until } from "./summary.ts";

/** What the form's page shows besides the form. */
export interface ClaimPageParts {
  readonly problems?: Filling["problems"];
  readonly notice?: NoticeName | undefined;
}

/** The page on which a recipient says where the money should go. */
export function claimPage(context: PageContext, form: ClaimForm, parts: ClaimPageParts = {}): Page {
  const { messages } = context.locale.language;
  const filling: Filling = { values: form.values, problems: parts.problems ?? {} };
  return {
    title: messages.claim.title,
    name: `${context.pageState} details`,
    isWide: true,
    main: html`<div class="split">
${aside(context)}
<div class="card">
${failedNotice(context, messages.status.again)}
<h1>${messages.claim.title}</h1>
${problemList(context, filling)}
${notice(context, parts.notice)}
${kindChoice(context, form)}
${methodChoice(context, form)}
${fields(context, form, filling)}
</div>
</div>`,
  };
}

function aside(context: PageContext): Html {
  const amount = amountOf(context);
  return html`<aside class="summary">
<p><span class="from">${fromSender(context)}</span>${amount && html`<span class="amount">${figure(amount)}</span>`}</p>
${paidOutIn(context)}
<div class="summary more">${purpose(context)}${until(context)}</div>
</aside>`;
}

function kindChoice(context: PageContext, form: ClaimForm): Content {
  if (form.kinds.length < 2) return undefined;
  const { claim } = context.locale.language.messages;
  const choices = form.kinds.map((kind) =>
    choice(claim[kind], kind === form.kind, `kind-${kind}`, { ...formQuery(context, form), kind }),
  );
  return html`<nav class="group" aria-labelledby="kind"><h2 id="kind">${claim.kind}</h2><ul class="choices few">${choices}</ul></nav>`;
}

function methodChoice(context: PageContext, form: ClaimForm): Content {
  if (context.offered.length < 2) return undefined;
  const { claim, methods } = context.locale.language.messages;
  const choices = context.offered.map(({ name }) =>
    choice(methods[name], name === form.method.name, `method-${name}`, {
      ...formQuery(context, form),
      method: name,
      country: undefined,
    }),
  );
  return html`<nav class="group" aria-labelledby="method"><h2 id="method">${claim.method}</h2><ul class="choices many">${choices}</ul></nav>`;
}

function choice(label: string, isChosen: boolean, id: string, query: PageQuery): Html {
  return html`<li><a id="${id}" href="${href(query)}" data-choice${isChosen && raw(' aria-current="true"')}>${label}</a></li>`;
}

function fields(context: PageContext, form: ClaimForm, filling: Filling): Html {
  const { claim, methods } = context.locale.language.messages;
  const isLater = context.options.fulfilment === Fulfilment.MANUAL;
  const content = html`<input type="hidden" name="${hiddenFields.entry}" value="${form.entry}">
<fieldset><legend>${methods[form.method.name]}</legend>${inputs(context, form.method.fields, filling)}</fieldset>
${form.groups.map(({ title, fields: group }) => html`<fieldset><legend>${claim[title]}</legend>${inputs(context, group, filling)}</fieldset>`)}
${form.code && html`<fieldset><legend>${claim.code}</legend>${input(context, form.code, filling)}</fieldset>`}
<div class="group"><button>${isLater ? claim.sendLater : claim.send}</button>
<p class="muted small">${claim.privacy}</p>${terms(context)}</div>`;
  return postForm(context, { action: "claim", query: formQuery(context, form), content });
}

function formQuery({ query }: PageContext, { kind, method }: ClaimForm): PageQuery {
  return { lang: query.lang, step: "details", kind, method: method.name, country: query.country };
}
