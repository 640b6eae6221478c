import { raw } from "hono/html";
import { type Content, type Html, html } from "../../web/html.ts";
import type { PageContext } from "../page-context.ts";
import { countryNames } from "./countries.ts";
import type { FaultName, Field, FieldName, Values } from "./field.ts";
import { addressForm } from "./recipient-fields.ts";

/** What a form is filled with. */
export interface Filling {
  readonly values: Values;
  /** What is wrong with a field, in messages. */
  readonly problems: Readonly<Partial<Record<FieldName, Content>>>;
}

/** A field with its label, its hint and what is wrong with it. */
export function input(context: PageContext, field: Field, { values, problems }: Filling): Html {
  const { messages } = context.locale.language;
  const { name, isOptional } = field;
  const hint = (messages.hints as Partial<Record<FieldName, string>>)[name];
  const problem = problems[name];
  const describedBy = [problem && `${name}-fault`, hint && `${name}-hint`].filter(Boolean).join(" ");
  const attributes = html` id="${name}" name="${name}" autocomplete="${field.autocomplete}"${
    !isOptional && raw(" required")
  }${problem && raw(' aria-invalid="true"')}${describedBy && html` aria-describedby="${describedBy}"`}`;
  return html`<div class="${field.isShort ? "short field" : "field"}">
<label for="${name}">${labelOf(context, field, values)}${isOptional && html` <span>(${messages.common.optional})</span>`}</label>
${hint && html`<p class="muted" id="${name}-hint">${hint}</p>`}
${control(context, field, values, attributes)}
${field.secrecy === "covered" && html`<p class="muted" id="${name}-end" data-text="${messages.claim.endsIn}" hidden></p>`}
${problem && html`<p class="fault" id="${name}-fault">${problem}</p>`}
</div>`;
}

/** What a field is called: parts of an address as the country calls them. */
export function labelOf({ locale }: PageContext, { name }: Pick<Field, "name">, values: Values): string {
  const { fields } = locale.language.messages;
  const form = addressForm(values.country);
  const own = { region: form.region, postalCode: form.postalCode } as Partial<
    Record<FieldName, FieldName | undefined>
  >;
  return fields[own[name] ?? name];
}

function control(context: PageContext, field: Field, values: Values, attributes: Html): Html {
  const { name, inputMode = "text", isLatin, secrecy, maxLength } = field;
  const options = optionsOf(context, name, values);
  if (options) {
    const chosen = values[name] ?? "";
    const switches = name === "country" && raw(" data-choice");
    return html`<select${attributes}${switches}><option value="">${context.locale.language.messages.claim.choose}</option>
${options.map(([code, label]) => html`<option value="${code}"${code === chosen && raw(" selected")}>${label}</option>`)}
</select>`;
  }
  const type = inputMode === "email" || inputMode === "tel" ? inputMode : "text";
  const value = secrecy === "unrepeated" ? "" : (values[name] ?? "");
  const plain = isLatin && raw(' dir="ltr" spellcheck="false" autocapitalize="off" autocorrect="off"');
  const covered = secrecy === "covered" && raw(' class="covered" placeholder=" "');
  return html`<input${attributes} type="${type}" inputmode="${inputMode}" maxlength="${maxLength}" value="${value}"${plain}${covered}>`;
}

function optionsOf({ locale, connector }: PageContext, name: FieldName, values: Values) {
  const { regions } = addressForm(values.country);
  if (name === "region") return regions && [...regions];
  if (name !== "country") return undefined;
  return countryNames(locale.language.code)
    .filter(({ code }) => !connector.countries || connector.countries.includes(code))
    .map(({ code, name: label }) => [code, label] as const);
}

/** Fields one below the other. */
export function inputs(context: PageContext, fields: readonly Field[], filling: Filling): Content {
  return fields.map((field) => input(context, field, filling));
}

/** What the messages of a fault are. */
export function faultMessage(context: PageContext, fault: FaultName): string {
  return context.locale.language.messages.faults[fault];
}
