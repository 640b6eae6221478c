import { type Content, figure, fill, type Html, html } from "../../web/html.ts";
import { claimCode, country, email } from "../forms/contact-fields.ts";
import type { Field } from "../forms/field.ts";
import { type Filling, inputs } from "../forms/inputs.ts";
import { onlyLanguage } from "../forms/page-query.ts";
import { postForm } from "../forms/post-form.ts";
import type { Visit } from "../visit.ts";
import type { Page } from "./layout.ts";
import { failedNotice, type NoticeName, notice, problemList } from "./notice.ts";
import { amountOf, fromSender, paidOutIn, purpose, senderIn, terms, until } from "./summary.ts";

/** What a link's first page shows besides the payment. */
export interface LandingParts {
  readonly filling?: Filling;
  readonly notice?: NoticeName | undefined;
}

/** A link's first page: who pays, how much and for what, and a button that goes on. */
export function landing(visit: Visit, { filling, notice: noticeName }: LandingParts = {}): Page {
  const { words } = visit.tongue.language;
  const amount = amountOf(visit);
  const filled = filling ?? { values: knownContact(visit), problems: {} };
  const isPossible = visit.flow === "provider" || (visit.flow === "form" && visit.offered.length > 0);
  return {
    title: words.landing.forYou,
    name: visit.standing,
    main: html`<div class="card">
<h1><span class="from">${fromSender(visit)}</span>${amount && html` <span class="amount">${figure(amount)}</span>`}</h1>
${paidOutIn(visit)}
${problemList(visit, filled)}
${failedNotice(visit, words.status.againPage)}
${notice(visit, isPossible ? noticeName : "sender")}
${purpose(visit)}
${isPossible && next(visit, filled)}
${terms(visit)}
${until(visit)}
</div>`,
  };
}

function next(visit: Visit, filling: Filling): Content {
  const { flow, query } = visit;
  const { landing: words } = visit.tongue.language.words;
  const isBegun = visit.record.payout.link.openedAtMs !== undefined;
  const button = html`<button>${isBegun ? words.goOn : words.go}</button>`;
  if (flow === "form") {
    const form = postForm(visit, { action: "open", query: onlyLanguage(query), content: button });
    return html`<p>${words.lead}</p>${form}`;
  }
  const fields = contactFields(visit);
  const asked =
    fields.length > 0 &&
    html`<fieldset><legend>${words.contact}</legend>${inputs(visit, fields, filling)}</fieldset>`;
  const form = postForm(visit, { action: "page", query: onlyLanguage(query), content: [asked, button] });
  return html`<p>${fill(words.leadPage, { sender: senderIn(visit) })}</p>${form}${isBegun && query.checked === undefined && returning(visit)}`;
}

/** Asks the provider where the recipient has got to: by script at once, since they may just be back from its page. */
function returning(visit: Visit): Html {
  const { common } = visit.tongue.language.words;
  return postForm(visit, {
    action: "refresh",
    query: onlyLanguage(visit.query),
    attributes: html`data-poll="now"`,
    content: html`<button class="second">${common.checkAgain}</button>`,
  });
}

/** What the provider's page needs to know first, as far as nobody has said it. */
export function contactFields({ record, options, connector }: Visit): readonly Field[] {
  const known = options.recipient;
  const isKnownThere = record.payout.connectorPayoutId !== undefined;
  return [
    ...(isKnownThere || known?.email ? [] : [email]),
    ...(isKnownThere || known?.country ? [] : [country(connector.countries)]),
    ...(options.claimCode ? [claimCode] : []),
  ];
}

/** What the caller has said of the recipient. */
export function knownContact({ options, tongue }: Visit): Filling["values"] {
  const { recipient } = options;
  const country = recipient?.country?.toUpperCase() || new Intl.Locale(tongue.locale).region;
  return { ...(recipient?.email && { email: recipient.email }), ...(country && { country }) };
}
