import { type Content, fill, type Html, html } from "../../web/html.ts";
import type { FieldName } from "../forms/field.ts";
import { type Filling, labelOf } from "../forms/inputs.ts";
import type { Words } from "../i18n/messages/messages.ts";
import type { Visit } from "../visit.ts";
import { failureWords } from "./failure-words.ts";
import { senderIn } from "./summary.ts";

/** A name in `words.notices`. */
export type NoticeName = keyof Words["notices"];

/** What the recipient should know before they go on. */
export function notice(visit: Visit, name: NoticeName | undefined): Content {
  if (!name) return undefined;
  return html`<div class="notice" role="alert"><p>${visit.tongue.language.words.notices[name]}</p></div>`;
}

/** Why the last payment failed, and what can be done now; nothing where none did. */
export function failedNotice(visit: Visit, next: string): Content {
  if (visit.standing !== "failedOpen") return undefined;
  const { common, status } = visit.tongue.language.words;
  const { failureUrl } = visit.options;
  const onward =
    failureUrl &&
    html`<p><a href="${failureUrl}" rel="noreferrer">${fill(common.backTo, { sender: senderIn(visit) })}</a></p>`;
  return html`<div class="notice bad" role="alert"><h2>${status.failed}</h2>
<p>${failureWords(visit.tongue.language.words, visit.lastPayment?.reason)} ${next}</p>${onward}</div>`;
}

/** Everything that is wrong with a form, each leading to its field. Takes the focus, so that it is read first. */
export function problemList(visit: Visit, { values, problems }: Filling): Content {
  const found = Object.entries(problems) as [FieldName, Content][];
  if (found.length === 0) return undefined;
  const lines = found.map(
    ([name, problem]): Html =>
      html`<li><a href="#${name}">${labelOf(visit, { name }, values)}</a>: ${problem}</li>`,
  );
  return html`<div class="notice bad" role="alert" tabindex="-1" autofocus data-problems aria-labelledby="problems">
<h2 id="problems">${visit.tongue.language.words.claim.problems}</h2><ul>${lines}</ul></div>`;
}
