import { type Content, figure, fill, type Html, html } from "../../web/html.ts";
import type { Field } from "../forms/field.ts";
import { claimCode, country, email } from "../forms/field.ts";
import { onlyLanguage, postForm } from "../forms/form.ts";
import { type Filling, inputs } from "../forms/inputs.ts";
import type { PageContext } from "../page-context.ts";
import type { Page } from "./layout.ts";
import { failedNotice, type NoticeName, notice, problemList } from "./notice.ts";
import { amountOf, fromSender, paidOutIn, purpose, senderIn, terms, until } from "./summary.ts";

/** What a link's first page shows besides the payment. */
export interface LandingParts {
  readonly filling?: Filling;
  readonly notice?: NoticeName | undefined;
}

/** A link's first page: who pays, how much and for what, and a button that goes on. */
export function landing(context: PageContext, { filling, notice: noticeName }: LandingParts = {}): Page {
  const { messages } = context.locale.language;
  const amount = amountOf(context);
  const filled = filling ?? { values: knownContact(context), problems: {} };
  const isPossible = context.flow === "provider" || (context.flow === "form" && context.offered.length > 0);
  return {
    title: messages.landing.forYou,
    name: context.pageState,
    main: html`<div class="card">
<h1><span class="from">${fromSender(context)}</span>${amount && html` <span class="amount">${figure(amount)}</span>`}</h1>
${paidOutIn(context)}
${problemList(context, filled)}
${failedNotice(context, messages.status.againPage)}
${notice(context, isPossible ? noticeName : "sender")}
${purpose(context)}
${isPossible && next(context, filled)}
${terms(context)}
${until(context)}
</div>`,
  };
}

function next(context: PageContext, filling: Filling): Content {
  const { flow, query } = context;
  const { landing: messages } = context.locale.language.messages;
  const isBegun = context.record.payout.link.openedAtMs !== undefined;
  const button = html`<button>${isBegun ? messages.goOn : messages.go}</button>`;
  if (flow === "form") {
    const form = postForm(context, { action: "open", query: onlyLanguage(query), content: button });
    return html`<p>${messages.lead}</p>${form}`;
  }
  const fields = contactFields(context);
  const asked =
    fields.length > 0 &&
    html`<fieldset><legend>${messages.contact}</legend>${inputs(context, fields, filling)}</fieldset>`;
  const form = postForm(context, { action: "page", query: onlyLanguage(query), content: [asked, button] });
  return html`<p>${fill(messages.leadPage, { sender: senderIn(context) })}</p>${form}${isBegun && query.checked === undefined && returning(context)}`;
}

/** A form that refreshes the status; page.js submits it on load, since the recipient may just be back from the provider's page. */
function returning(context: PageContext): Html {
  const { common } = context.locale.language.messages;
  return postForm(context, {
    action: "refresh",
    query: onlyLanguage(context.query),
    attributes: html`data-poll="now"`,
    content: html`<button class="second">${common.checkAgain}</button>`,
  });
}

/** What the provider's page needs to know first, as far as nobody has said it. */
export function contactFields({ record, options, connector }: PageContext): readonly Field[] {
  const known = options.recipient;
  const isKnownThere = record.payout.connectorPayoutId !== undefined;
  return [
    ...(isKnownThere || known?.email ? [] : [email]),
    ...(isKnownThere || known?.country ? [] : [country(connector.countries)]),
    ...(options.claimCode ? [claimCode] : []),
  ];
}

/** What the caller has said of the recipient. */
export function knownContact({ options, locale }: PageContext): Filling["values"] {
  const { recipient } = options;
  const country = recipient?.country?.toUpperCase() || new Intl.Locale(locale.tag).region;
  return { ...(recipient?.email && { email: recipient.email }), ...(country && { country }) };
}
