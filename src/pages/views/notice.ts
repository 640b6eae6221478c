import { type Content, fill, type Html, html } from "../../web/html.ts";
import type { FieldName } from "../forms/field.ts";
import { type Filling, labelOf } from "../forms/inputs.ts";
import type { Messages } from "../i18n/messages/messages.ts";
import type { PageContext } from "../page-context.ts";
import { failureMessage } from "./failure-message.ts";
import { senderIn } from "./summary.ts";

/** A name in `messages.notices`. */
export type NoticeName = keyof Messages["notices"];

/** What the recipient should know before they go on. */
export function notice(context: PageContext, name: NoticeName | undefined): Content {
  if (!name) return undefined;
  return html`<div class="notice" role="alert"><p>${context.locale.language.messages.notices[name]}</p></div>`;
}

/** Why the last payment failed, and what can be done now; nothing where none did. */
export function failedNotice(context: PageContext, next: string): Content {
  if (context.pageState !== "failedOpen") return undefined;
  const { common, status } = context.locale.language.messages;
  const { failureUrl } = context.options;
  const onward =
    failureUrl &&
    html`<p><a href="${failureUrl}" rel="noreferrer">${fill(common.backTo, { sender: senderIn(context) })}</a></p>`;
  return html`<div class="notice bad" role="alert"><h2>${status.failed}</h2>
<p>${failureMessage(context.locale.language.messages, context.lastPayment?.reason)} ${next}</p>${onward}</div>`;
}

/** Everything that is wrong with a form, each leading to its field. Takes the focus, so that it is read first. */
export function problemList(context: PageContext, { values, problems }: Filling): Content {
  const found = Object.entries(problems) as [FieldName, Content][];
  if (found.length === 0) return undefined;
  const lines = found.map(
    ([name, problem]): Html =>
      html`<li><a href="#${name}">${labelOf(context, { name }, values)}</a>: ${problem}</li>`,
  );
  return html`<div class="notice bad" role="alert" tabindex="-1" autofocus data-problems aria-labelledby="problems">
<h2 id="problems">${context.locale.language.messages.claim.problems}</h2><ul>${lines}</ul></div>`;
}
