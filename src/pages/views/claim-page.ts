import { raw } from "hono/html";
import { Fulfilment } from "../../gen/sluice/v1/link_pb.ts";
import { type Content, figure, type Html, html } from "../../web/html.ts";
import type { ClaimForm } from "../forms/claim-form.ts";
import { type Filling, input, inputs } from "../forms/inputs.ts";
import { href, type PageQuery } from "../forms/page-query.ts";
import { hiddenFields, postForm } from "../forms/post-form.ts";
import type { Visit } from "../visit.ts";
import type { Page } from "./layout.ts";
import { failedNotice, type NoticeName, notice, problemList } from "./notice.ts";
import { amountOf, fromSender, paidOutIn, purpose, terms, until } from "./summary.ts";

/** What the form's page shows besides the form. */
export interface ClaimPageParts {
  readonly problems?: Filling["problems"];
  readonly notice?: NoticeName | undefined;
}

/** The page on which a recipient says where the money should go. */
export function claimPage(visit: Visit, form: ClaimForm, parts: ClaimPageParts = {}): Page {
  const { words } = visit.tongue.language;
  const filling: Filling = { values: form.values, problems: parts.problems ?? {} };
  return {
    title: words.claim.title,
    name: `${visit.standing} details`,
    isWide: true,
    main: html`<div class="split">
${aside(visit)}
<div class="card">
${failedNotice(visit, words.status.again)}
<h1>${words.claim.title}</h1>
${problemList(visit, filling)}
${notice(visit, parts.notice)}
${kindChoice(visit, form)}
${methodChoice(visit, form)}
${fields(visit, form, filling)}
</div>
</div>`,
  };
}

function aside(visit: Visit): Html {
  const amount = amountOf(visit);
  return html`<aside class="summary">
<p><span class="from">${fromSender(visit)}</span>${amount && html`<span class="amount">${figure(amount)}</span>`}</p>
${paidOutIn(visit)}
<div class="summary more">${purpose(visit)}${until(visit)}</div>
</aside>`;
}

function kindChoice(visit: Visit, form: ClaimForm): Content {
  if (form.kinds.length < 2) return undefined;
  const { claim } = visit.tongue.language.words;
  const choices = form.kinds.map((kind) =>
    choice(claim[kind], kind === form.kind, `kind-${kind}`, { ...formQuery(visit, form), kind }),
  );
  return html`<nav class="group" aria-labelledby="kind"><h2 id="kind">${claim.kind}</h2><ul class="choices few">${choices}</ul></nav>`;
}

function methodChoice(visit: Visit, form: ClaimForm): Content {
  if (visit.offered.length < 2) return undefined;
  const { claim, methods } = visit.tongue.language.words;
  const choices = visit.offered.map(({ name }) =>
    choice(methods[name], name === form.method.name, `method-${name}`, {
      ...formQuery(visit, form),
      method: name,
      country: undefined,
    }),
  );
  return html`<nav class="group" aria-labelledby="method"><h2 id="method">${claim.method}</h2><ul class="choices many">${choices}</ul></nav>`;
}

function choice(label: string, isChosen: boolean, id: string, query: PageQuery): Html {
  return html`<li><a id="${id}" href="${href(query)}" data-choice${isChosen && raw(' aria-current="true"')}>${label}</a></li>`;
}

function fields(visit: Visit, form: ClaimForm, filling: Filling): Html {
  const { claim, methods } = visit.tongue.language.words;
  const isLater = visit.options.fulfilment === Fulfilment.MANUAL;
  const content = html`<input type="hidden" name="${hiddenFields.entry}" value="${form.entry}">
<fieldset><legend>${methods[form.method.name]}</legend>${inputs(visit, form.method.fields, filling)}</fieldset>
${form.groups.map(({ title, fields: group }) => html`<fieldset><legend>${claim[title]}</legend>${inputs(visit, group, filling)}</fieldset>`)}
${form.code && html`<fieldset><legend>${claim.code}</legend>${input(visit, form.code, filling)}</fieldset>`}
<div class="group"><button>${isLater ? claim.sendLater : claim.send}</button>
<p class="muted small">${claim.privacy}</p>${terms(visit)}</div>`;
  return postForm(visit, { action: "claim", query: formQuery(visit, form), content });
}

function formQuery({ query }: Visit, { kind, method }: ClaimForm): PageQuery {
  return { lang: query.lang, step: "details", kind, method: method.name, country: query.country };
}
