import { raw } from "hono/html";
import type { PayoutMethodKind } from "../../connector/contract.ts";
import { figure, fill, type Html, html, isolated } from "../../web/html.ts";
import { href, onlyLanguage, postForm } from "../forms/form.ts";
import { formatArrival } from "../i18n/format.ts";
import type { Messages } from "../i18n/messages/messages.ts";
import type { PageContext } from "../page-context.ts";
import type { PageState } from "../page-state.ts";
import { failureMessage } from "./failure-message.ts";
import type { Page } from "./layout.ts";
import { type NoticeName, notice } from "./notice.ts";
import { amountOf, fromSender, paidOutIn, senderIn } from "./summary.ts";

/** Page states that have a page of their own: the recipient has nothing to do. */
export type Status = Exclude<PageState, "open" | "failedOpen">;

interface StatusFacts {
  readonly title: keyof Messages["status"];
  readonly text: keyof Messages["status"];
  readonly mark: keyof typeof marks;
  /** Whether more is to be expected, so that the page asks again by itself. */
  readonly isOpen?: boolean;
  /** Where the sender wants the recipient to go afterwards. */
  readonly onward?: "successUrl" | "failureUrl" | "expiredUrl";
}

const statuses: Readonly<Record<Status, StatusFacts>> = {
  pending: { title: "pending", text: "pendingText", mark: "turning", isOpen: true, onward: "successUrl" },
  received: { title: "received", text: "receivedText", mark: "turning", isOpen: true },
  waiting: { title: "waiting", text: "waitingText", mark: "good", isOpen: true, onward: "successUrl" },
  confirming: { title: "confirming", text: "confirmingText", mark: "turning", isOpen: true },
  paid: { title: "paid", text: "paidText", mark: "good", onward: "successUrl" },
  returned: { title: "returned", text: "returnedText", mark: "bad", onward: "failureUrl" },
  failed: { title: "failed", text: "failedText", mark: "bad", onward: "failureUrl" },
  expired: { title: "expired", text: "expiredText", mark: "calm", onward: "expiredUrl" },
  cancelled: { title: "cancelled", text: "cancelledText", mark: "calm", onward: "failureUrl" },
};

/** Drawn in a square of 24. */
const marks = {
  good: "M5 12.5l4.5 4.5L19 7.5",
  bad: "M12 6v7M12 17.5v.01",
  calm: "M12 3a9 9 0 1 0 .01 0M12 7.5v5l3 2",
  turning: "M12 3a9 9 0 1 0 9 9",
} as const;

/** How long a page without script waits until it looks again, and until it goes on, in seconds. */
const LOOK_AGAIN_SECONDS = 15;
const GO_ON_SECONDS = 10;

/** The page of a link of which nothing more is asked. */
export function statusPage(context: PageContext, status: Status, noticeName?: NoticeName): Page {
  const { messages } = context.locale.language;
  const { title, text, mark, isOpen = false, onward } = statuses[status];
  const url = onward && context.options[onward];
  // Whoever comes back later to look is not sent away again.
  const isFresh = context.query.checked !== undefined;
  return {
    title: messages.status[title],
    name: status,
    head: [
      isOpen && withoutScript(LOOK_AGAIN_SECONDS),
      url && isFresh && !isOpen && withoutScript(GO_ON_SECONDS, url),
    ],
    main: html`<div class="card">
<div class="mark ${mark}" aria-hidden="true"><svg viewBox="0 0 24 24"><path d="${marks[mark]}"/></svg></div>
<h1>${messages.status[title]}</h1>
${status === "failed" && html`<p>${failureMessage(messages, context.lastPayment?.reason)}</p>`}
<p>${fill(messages.status[text], { sender: senderIn(context) })}</p>
${notice(context, noticeName)}
${facts(context, status)}
${status === "confirming" && context.flow === "form" && giveAgain(context)}
${isOpen && again(context)}
${url && goOn(context, url, isFresh && !isOpen)}
</div>`,
  };
}

function facts(context: PageContext, status: Status): Html {
  const { messages } = context.locale.language;
  const amount = amountOf(context);
  const arrival = (status === "paid" || status === "pending") && arrivalOf(context);
  const { merchantPayoutId, id } = context.record.payout;
  return html`<div class="ruled"><p class="muted">${fromSender(context)}</p>
${amount && html`<p class="amount">${figure(amount)}</p>`}
${paidOutIn(context)}
<dl class="facts">
${arrival && html`<div><dt>${messages.status.arrives}</dt><dd>${isolated(arrival)}</dd></div>`}
<div><dt>${messages.status.reference}</dt><dd class="id">${isolated(merchantPayoutId ?? id)}</dd></div>
</dl></div>`;
}

function arrivalOf({ connector, lastPayment, locale }: PageContext): string | undefined {
  const days = connector.arrivalDays?.[(lastPayment?.methodKind ?? 0) as PayoutMethodKind];
  return lastPayment && days && formatArrival(lastPayment.attempt.startedAtMs, days, locale.tag);
}

function again(context: PageContext): Html {
  return postForm(context, {
    action: "refresh",
    query: onlyLanguage(context.query),
    attributes: html`data-poll="later"`,
    content: html`<button class="second">${context.locale.language.messages.common.checkAgain}</button>`,
  });
}

function giveAgain({ query, locale }: PageContext): Html {
  const url = href({ ...onlyLanguage(query), step: "details" });
  return html`<p><a href="${url}">${locale.language.messages.status.giveAgain}</a></p>`;
}

function goOn(context: PageContext, url: string, isAutomatic: boolean): Html {
  const { common } = context.locale.language.messages;
  const link = html`<a class="button" href="${url}" rel="noreferrer"${isAutomatic && raw(" data-go")}>${fill(common.backTo, { sender: senderIn(context) })}</a>`;
  const stay =
    isAutomatic &&
    html`<div class="group" data-stay hidden><p class="muted small">${common.soonBack}</p><button type="button" class="second">${common.stay}</button></div>`;
  return html`<div class="group">${link}${stay}</div>`;
}

function withoutScript(seconds: number, url?: string): Html {
  const content = url ? `${seconds};url=${url}` : `${seconds}`;
  return html`<noscript><meta http-equiv="refresh" content="${content}"></noscript>`;
}
